"""Which write-off a proposal takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that the release before leaves empty."""
    op.add_column("money_proposals", sa.Column("corrects", sa.Text))
