"""Orders for money, and which receipts met them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "funding_orders",
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("received_fen", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.Column("ordered_on", sa.Date, nullable=False),
        sa.Column("signed_by", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("funding_orders_county", "funding_orders", ["county", "order_id"])
    op.create_table(
        "funding_matches",
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
    )
