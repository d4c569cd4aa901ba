"""Results of comparisons that identity told of as pushed: they meet the clock of the counties in their area."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "comparison_pushes",
        sa.Column("comparison_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("pushed_on", sa.Date, nullable=False),
    )
    op.create_index("comparison_pushes_area", "comparison_pushes", ["area", "month"])
