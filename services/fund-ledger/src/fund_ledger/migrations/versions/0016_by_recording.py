"""What was recorded on an account on a day, however far back it is booked."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, made beside whoever writes."""
    with op.get_context().autocommit_block():
        op.create_index(
            "entries_recorded", "entries", ["account", "recorded_on"], postgresql_concurrently=True, if_not_exists=True
        )
