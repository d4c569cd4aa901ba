"""Stored answers in parts by the month, so that those whose time is over go whole."""

from alembic import op

from kernel.running.migrations import divide_answers

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Divide the table."""
    divide_answers(op)
