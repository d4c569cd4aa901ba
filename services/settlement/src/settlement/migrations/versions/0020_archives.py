"""Events of streams that ended long ago may be put into archives."""

from alembic import op

from kernel.running.migrations import add_archives

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_archives(op)
