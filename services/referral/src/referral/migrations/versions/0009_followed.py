"""Which timeline of each publisher is followed, and what a restore found on a topic and not in the store."""

from alembic import op

from kernel.messaging.following import FOLLOWED_SQL

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A database made today has the tables already."""
    for statement in FOLLOWED_SQL.split(";"):
        op.execute(statement)
