"""Twenty-ninth revision: the township that a row of a list names, while the list is compared."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that may be empty: an older program goes on beside this one."""
    op.add_column("feed_rows", sa.Column("township", sa.Text))
