"""Nineteenth revision: dry runs of batches, and how many lines count with a remark."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns that may be empty: an older program goes on beside this one, and leaves dry runs alone."""
    op.add_column("feed_batches", sa.Column("course", sa.Text))
    op.add_column("feed_endings", sa.Column("warned", sa.Integer))
    op.add_column("feed_lines", sa.Column("seen", sa.LargeBinary))
