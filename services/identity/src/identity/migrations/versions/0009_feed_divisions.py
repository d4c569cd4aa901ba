"""A batch of a county's office: for which divisions it may speak. Batches before had none, and speak for all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed_batches", sa.Column("divisions", postgresql.ARRAY(sa.Text)))
