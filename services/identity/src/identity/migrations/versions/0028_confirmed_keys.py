"""Twenty-eighth revision: who confirmed a machine's key."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns may be empty: an older program goes on beside this one."""
    op.add_column("sender_keys", sa.Column("confirmed_by", sa.Text))
    op.add_column("sender_keys", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
