"""What the bank says: its statements, their lines, the work list, and its balance by day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    _statements()
    op.create_table(
        "bank_open_lines",
        sa.Column("county", sa.Text, primary_key=True),
        *_line_key(),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("value_on", sa.Date, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "bank_matches",
        *_line_key(),
        sa.Column("journals", ARRAY(sa.Text), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("settled_by", sa.Text, nullable=False),
    )
    op.create_table(
        "bank_met_journals",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("statement_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "bank_days",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("fund", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
    )


def _statements() -> None:
    op.create_table(
        "bank_statements",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("opening_fen", sa.BigInteger, nullable=False),
        sa.Column("closing_fen", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("taken_by", sa.Text, nullable=False),
    )
    op.create_index("bank_statements_account", "bank_statements", ["county", "fund", "last_on"])
    op.create_index("bank_statements_digest", "bank_statements", ["digest"])
    op.create_table(
        "bank_lines",
        *_line_key(),
        sa.Column("value_on", sa.Date, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def _line_key() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    )
