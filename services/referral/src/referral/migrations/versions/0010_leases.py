"""A lease beside the leader's session lock, and generations of consumers' positions."""

from alembic import op

from kernel.running.migrations import add_leases

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_leases(op)
