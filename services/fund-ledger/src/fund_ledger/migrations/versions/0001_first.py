"""First revision: the kernel's tables, journals that cannot be unbalanced, balances and payers' totals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.running.migrations import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# It reads its arguments and no table, so it is truly immutable and a CHECK may use it. A CHECK lets NULL pass,
# therefore it answers false where anything is NULL, empty or nested.
_IS_BALANCED_SQL = """
CREATE FUNCTION is_balanced(accounts text[], amounts bigint[], payers text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(
    array_ndims(accounts) = 1 AND array_ndims(amounts) = 1 AND array_ndims(payers) = 1
    AND cardinality(amounts) >= 2
    AND cardinality(accounts) = cardinality(amounts) AND cardinality(payers) = cardinality(amounts)
    AND array_position(accounts, NULL) IS NULL AND array_position(amounts, NULL) IS NULL
    AND array_position(payers, NULL) IS NULL
    AND (SELECT sum(amount) = 0 AND bool_and(amount <> 0) FROM unnest(amounts) AS amount),
    false)
$$
"""
_POSTINGS_SQL = """
CREATE VIEW postings AS
SELECT j.journal_id, p.line::int AS line, j.booked_on, j.kind, j.settlement_id, p.account, p.amount_fen, p.payer
FROM journals j, unnest(j.accounts, j.amounts, j.payers) WITH ORDINALITY AS p(account, amount_fen, payer, line)
"""


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    op.execute(_IS_BALANCED_SQL)
    op.create_table(
        "journals",
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("settlement_id", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("accounts", ARRAY(sa.Text), nullable=False),
        sa.Column("amounts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
        sa.CheckConstraint("is_balanced(accounts, amounts, payers)", name="journals_are_balanced"),
    )
    op.create_index("journals_settlement", "journals", ["settlement_id"])
    op.create_index("journals_booked", "journals", ["booked_on", "journal_id"])
    op.create_index("journals_accounts", "journals", ["accounts"], postgresql_using="gin")
    op.create_table(
        "balances",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("debit_fen", sa.BigInteger, nullable=False),
        sa.Column("credit_fen", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "payer_totals",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("payer", sa.Text, primary_key=True),
        sa.Column("fund", sa.Text, primary_key=True),
        sa.Column("to_hospitals_fen", sa.BigInteger, nullable=False),
        sa.Column("to_persons_fen", sa.BigInteger, nullable=False),
    )
    op.execute(_POSTINGS_SQL)
