"""What the ledger tells of orders, statements, clearings and fees: money that meets clocks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"
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
        sa.Column("met_on", sa.Date),
        sa.Column("met_by", sa.Text),
    )
    op.create_index("funding_orders_county", "funding_orders", ["county", "year"])
    op.create_table(
        "hospital_statements",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("drawn_on", sa.Date, nullable=False),
        sa.Column("payable_fen", sa.BigInteger, nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("payment_id", sa.Text),
        sa.Column("undrawn", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("hospital_statements_county", "hospital_statements", ["county", "month"])
    op.create_table(
        "consultation_fees",
        sa.Column("fees_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("centre_id", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("due_fen", sa.BigInteger, nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("unreported", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("consultation_fees_county", "consultation_fees", ["county", "month"])
    op.create_table(
        "clearings",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("left", sa.Integer, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("journal_id", sa.Text),
    )
