"""On which day an order's money had come, and by which receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns that the release before leaves empty."""
    op.add_column("funding_orders", sa.Column("met_on", sa.Date))
    op.add_column("funding_orders", sa.Column("met_by", sa.Text))
