"""Hospitals' monthly statements, which journal is on which, and what was taken off."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "hospital_statements",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("drawn_on", sa.Date, nullable=False),
        sa.Column("claimed_fen", sa.BigInteger, nullable=False),
        sa.Column("carried_fen", sa.BigInteger, nullable=False),
        sa.Column("deducted_fen", sa.BigInteger, nullable=False),
        sa.Column("payable_fen", sa.BigInteger, nullable=False),
        sa.Column("reviewed_by", sa.Text),
        sa.Column("paid_on", sa.Date),
        sa.Column("payment_id", sa.Text),
        sa.Column("payments", sa.Integer, nullable=False),
    )
    op.create_index("hospital_statements_payable", "hospital_statements", ["hospital_id", "county", "fund", "month"])
    op.create_index("hospital_statements_county", "hospital_statements", ["county", "statement_id"])
    op.create_table(
        "statement_journals",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("statement_id", sa.Text, nullable=False),
    )
    op.create_index("statement_journals_statement", "statement_journals", ["statement_id", "journal_id"])
    op.create_table(
        "statement_deductions",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("settlement_id", sa.Text),
    )
