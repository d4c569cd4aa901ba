"""Fifteenth revision: where the chain of each partition's messages stands."""

from alembic import op

from kernel.running.migrations import add_chains

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns that may be empty: an older program goes on beside this one."""
    add_chains(op)
