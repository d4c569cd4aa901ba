"""Events of streams that ended long ago may be put into archives."""

from alembic import op

from kernel.running.migrations import add_archives

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_archives(op)
