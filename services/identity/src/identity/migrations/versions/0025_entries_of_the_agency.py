"""Twenty-fifth revision: entries that are the agency's own word and no department's."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column may be empty: an older program, which never leaves it so, goes on beside this one."""
    op.alter_column("entries", "department", nullable=True)
