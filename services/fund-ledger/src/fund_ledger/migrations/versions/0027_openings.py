"""The name of an opening balance that is proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that the release before leaves empty."""
    op.add_column("money_proposals", sa.Column("reference", sa.Text))
