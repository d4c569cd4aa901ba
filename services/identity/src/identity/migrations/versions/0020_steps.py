"""Twentieth revision: batches that three people handle, and batches that take back what another one did."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns that may be empty, and a new table: an older program goes on beside this one."""
    op.add_column("feed_batches", sa.Column("approval", sa.Boolean))
    op.add_column("feed_batches", sa.Column("undoes", sa.Text))
    op.add_column("feed_batches", sa.Column("because", sa.Text))
    op.create_table(
        "feed_steps",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
