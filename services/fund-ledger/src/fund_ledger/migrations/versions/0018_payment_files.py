"""Payees' accounts, sealed, and payment files with what the bank says of them."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    _payees()
    _sealed()
    _files()


def _payees() -> None:
    op.create_table(
        "payee_accounts",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("payee_kind", sa.Text, primary_key=True),
        sa.Column("payee_id", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("tail", sa.Text, nullable=False),
        sa.Column("named_on", sa.Date, nullable=False),
        sa.Column("named_by", sa.Text, nullable=False),
        sa.Column("confirmed_on", sa.Date),
        sa.Column("confirmed_by", sa.Text),
    )
    op.create_table(
        "account_looks",
        sa.Column("look_id", sa.Text, primary_key=True),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("account_looks_of_subject", "account_looks", ["subject_id", "seen_at", "look_id"])


def _sealed() -> None:
    op.create_table(
        "payee_keys",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _made_at(),
    )
    op.create_table(
        "sealed_accounts",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, sa.ForeignKey("payee_keys.subject", ondelete="CASCADE"), nullable=False),
        sa.Column("details", sa.LargeBinary, nullable=False),
        _made_at(),
    )
    op.create_index("sealed_accounts_of_subject", "sealed_accounts", ["subject"])
    op.create_table("payee_erasures", sa.Column("subject", sa.Text, primary_key=True))


def _files() -> None:
    op.create_table(
        "payment_files",
        sa.Column("file_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("check_hash", sa.Text, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_by", sa.Text),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("rejected_fen", sa.BigInteger, nullable=False),
        sa.Column("answer_hash", sa.Text),
    )
    op.create_index("payment_files_county", "payment_files", ["county", "fund", "file_id"])
    op.create_table(
        "payment_file_lines",
        *_line_key(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("journal_id", "kind", "payee_kind", "payee_id")),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("tail", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "payment_file_results", *_line_key(), sa.Column("result", sa.Text, nullable=False), sa.Column("why", sa.Text)
    )
    op.create_table(
        "filed_payments",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )


def _line_key() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("file_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    )


def _made_at() -> sa.Column[datetime]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp())
