"""Entries: each line of a journal as a row of its own, and its sums by day and by the month of a fund."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

# What is booked already, or by an instance of the release before, which knows nothing of entries, is noted by these.
_ENTRIES_SQL = """
INSERT INTO entries (account, booked_on, journal_id, line, effective_on, recorded_on, kind, settlement_id, amount_fen,
                     payer)
SELECT p.account, j.booked_on, j.journal_id, p.line, j.effective_on, j.recorded_on, j.kind, j.settlement_id,
       p.amount_fen, p.payer
FROM journals j, unnest(j.accounts, j.amounts, j.payers) WITH ORDINALITY AS p(account, amount_fen, payer, line)
WHERE {of}
"""
_DAY_SUMS_SQL = """
INSERT INTO day_sums (account, booked_on, effective_on, recorded_on, debit_fen, credit_fen, lines)
SELECT p.account, j.booked_on, j.effective_on, j.recorded_on, sum(GREATEST(p.amount_fen, 0)),
       sum(GREATEST(-p.amount_fen, 0)), count(*)
FROM journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
WHERE {of} GROUP BY 1, 2, 3, 4
ON CONFLICT (account, booked_on, effective_on, recorded_on) DO UPDATE
SET debit_fen = day_sums.debit_fen + EXCLUDED.debit_fen, credit_fen = day_sums.credit_fen + EXCLUDED.credit_fen,
    lines = day_sums.lines + EXCLUDED.lines
"""
_FUND_FLOWS_SQL = """
INSERT INTO fund_flows (county, fund, month, kind, source, payer, debit_fen, credit_fen, lines)
SELECT split_part(p.account, '/', 2), split_part(p.account, '/', 3), date_trunc('month', j.booked_on)::date, j.kind,
       COALESCE(j.source, ''), p.payer, sum(GREATEST(p.amount_fen, 0)), sum(GREATEST(-p.amount_fen, 0)), count(*)
FROM journals j, unnest(j.accounts, j.amounts, j.payers) AS p(account, amount_fen, payer)
WHERE starts_with(p.account, 'fund/') AND {of} GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (county, fund, month, kind, source, payer) DO UPDATE
SET debit_fen = fund_flows.debit_fen + EXCLUDED.debit_fen, credit_fen = fund_flows.credit_fen + EXCLUDED.credit_fen,
    lines = fund_flows.lines + EXCLUDED.lines
"""
_NOTED = (_ENTRIES_SQL, _DAY_SUMS_SQL, _FUND_FLOWS_SQL)
_OF_BEFORE_SQL = f"""
CREATE FUNCTION note_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE journals SET effective_on = booked_on, recorded_on = (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
  WHERE journal_id = NEW.journal_id;
  {";".join(sql.format(of="j.journal_id = NEW.journal_id") for sql in _NOTED)};
  RETURN NULL;
END $$
"""
_TRIGGER_SQL = """
CREATE TRIGGER journals_of_the_release_before AFTER INSERT ON journals
  FOR EACH ROW WHEN (NEW.recorded_on IS NULL) EXECUTE FUNCTION note_entries()
"""
_DATES_SQL = """
UPDATE journals j SET effective_on = j.booked_on, recorded_on = e.recorded_on
FROM (SELECT (data->>'journal_id') || CASE type WHEN 'JournalReversed' THEN '-reversal' ELSE '' END AS journal_id,
             (occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS recorded_on
      FROM events WHERE type IN ('JournalBooked', 'JournalReversed')) e
WHERE j.journal_id = e.journal_id
"""


def upgrade() -> None:
    """New tables and columns that may be empty: an older program goes on beside this one."""
    op.add_column("journals", sa.Column("effective_on", sa.Date))
    op.add_column("journals", sa.Column("corrects", sa.Text))
    op.add_column("journals", sa.Column("recorded_on", sa.Date))
    _create_tables()
    op.execute(_OF_BEFORE_SQL)
    op.execute(_TRIGGER_SQL)
    op.execute(_DATES_SQL)
    for sql in _NOTED:
        op.execute(sql.format(of="true"))


def _create_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("booked_on", sa.Date, primary_key=True),
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("settlement_id", sa.Text),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("payer", sa.Text, nullable=False),
    )
    op.create_table(
        "day_sums",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("booked_on", sa.Date, primary_key=True),
        sa.Column("effective_on", sa.Date, primary_key=True),
        sa.Column("recorded_on", sa.Date, primary_key=True),
        sa.Column("debit_fen", sa.BigInteger, nullable=False),
        sa.Column("credit_fen", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "closed_months",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("funds", JSONB, nullable=False),
    )
    op.create_table(
        "fund_flows",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("fund", sa.Text, primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("payer", sa.Text, primary_key=True),
        sa.Column("debit_fen", sa.BigInteger, nullable=False),
        sa.Column("credit_fen", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
    )
    _create_years()


def _create_years() -> None:
    op.create_table(
        "closed_years",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("carried", JSONB, nullable=False),
    )
    op.create_table(
        "clearings",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("paid_in_fen", sa.BigInteger, nullable=False),
        sa.Column("settled_fen", sa.BigInteger, nullable=False),
        sa.Column("refund_fen", sa.BigInteger, nullable=False),
        sa.Column("top_up_fen", sa.BigInteger, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
    )
    op.create_table(
        "clearing_payments",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("journal_id", sa.Text, nullable=False),
        sa.Column("settled_on", sa.Date, nullable=False),
    )
