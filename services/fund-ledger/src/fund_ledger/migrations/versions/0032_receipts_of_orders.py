"""An order's receipts, found by the order: which of them came last is the day on which it was met."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, made beside whoever writes."""
    with op.get_context().autocommit_block():
        op.create_index(
            "funding_matches_order", "funding_matches", ["order_id"], postgresql_concurrently=True, if_not_exists=True
        )
