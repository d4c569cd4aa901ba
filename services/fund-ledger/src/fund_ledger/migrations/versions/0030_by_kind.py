"""What an account has of one kind of journal, however many entries of others lie between."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, made beside whoever writes."""
    with op.get_context().autocommit_block():
        op.create_index(
            "entries_kind",
            "entries",
            ["account", "kind", "booked_on", "journal_id", "line"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
