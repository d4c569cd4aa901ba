"""Tenth revision: the timeline of this database, which every published event names."""

from alembic import op

from kernel.writing.event_store.timeline import TIMELINE_SQL

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The timeline begins when the service first starts; a database made today has the table already."""
    op.execute(TIMELINE_SQL)
