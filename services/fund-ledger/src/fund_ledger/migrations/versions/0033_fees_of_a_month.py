"""A county's reports of a month's consultation fees, found by both: who reports asks who has not yet."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, made beside whoever writes."""
    with op.get_context().autocommit_block():
        op.create_index(
            "consultation_fees_month",
            "consultation_fees",
            ["county", "month"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
