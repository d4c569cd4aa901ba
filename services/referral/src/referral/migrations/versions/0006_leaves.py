"""Entries of the log have a hash in its tree; entries before have none."""

from alembic import op

from kernel.running.migrations import add_leaves

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    add_leaves(op)
