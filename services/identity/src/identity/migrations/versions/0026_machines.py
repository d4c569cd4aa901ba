"""Twenty-sixth revision: whether a department's machine signed a batch."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new column may be empty: an older program goes on beside this one."""
    op.add_column("feed_batches", sa.Column("machine", sa.Boolean))
