"""Twenty-seventh revision: memberships that went from one department to another."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table: an older program goes on beside this one."""
    op.create_table(
        "handovers",
        sa.Column("membership_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("former", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("handovers_of_former", "handovers", ["former", "membership_id"])
    op.create_index("handovers_of_department", "handovers", ["department", "membership_id"])
