"""Stored answers in parts by the month, so that those whose time is over go whole."""

from alembic import op

from kernel.running.migrations import divide_answers

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Divide the table."""
    divide_answers(op)
