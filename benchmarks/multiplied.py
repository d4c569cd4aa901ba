"""Settlements multiplied inside the database: copies with names of their own, in each table that is read at night."""

from typing import Final

from kernel.writing.database import administering
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES

#: Each copy's names are those of its original with a mark behind.
_MARKED: Final = ("settlement_id", "encounter_id", "journal_id", "person_id", "counted_for", "stream_id")
_COLUMNS_SQL: Final = """
SELECT column_name, is_identity FROM information_schema.columns
WHERE table_schema = $1 AND table_name = $2 AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
#: Only events that are looked at are copied, and of theirs the names that are read out of them.
_EVENTS: Final = {
    "settlement": "o.type = 'SettlementConfirmed'",
    "fund_ledger": "o.type = 'JournalBooked' AND o.stream_id LIKE 'journal/%' AND o.data->>'settlement_id' IS NOT NULL",
}
_BALANCES_SQL: Final = """
UPDATE fund_ledger.balances b SET debit_fen = s.debit, credit_fen = s.credit, lines = s.lines FROM (
  SELECT account, sum(greatest(amount_fen, 0)) AS debit, sum(greatest(-amount_fen, 0)) AS credit, count(*) AS lines
  FROM fund_ledger.entries GROUP BY account) AS s WHERE s.account = b.account
"""


async def multiply(database: str, copies: int) -> None:
    """Put ``copies`` of each settlement beside it, with its event, its journal, and that one's entries and event."""
    async with administering(database, session_replication_role="replica", **FOR_AS_LONG_AS_IT_TAKES) as admin:
        for schema, table, which in (
            ("settlement", "settlements", "true"),
            ("fund_ledger", "journals", "o.kind = 'settlement'"),
            ("fund_ledger", "entries", "o.kind = 'settlement'"),
            *((schema, "events", which) for schema, which in _EVENTS.items()),
        ):
            columns = await admin.fetch(_COLUMNS_SQL, schema, table)
            names = [name for name, identity in columns if identity == "NO"]
            values = ", ".join(map(_value, names))
            listed = ", ".join(f'"{name}"' for name in names)
            await admin.execute(
                f'INSERT INTO "{schema}"."{table}" ({listed}) SELECT {values} FROM "{schema}"."{table}" o, '
                f"generate_series(1, {copies}) AS c WHERE {which}"
            )
        await admin.execute(_BALANCES_SQL)
        await admin.execute("VACUUM (ANALYZE)")


def _value(column: str) -> str:
    if column in _MARKED:
        return f"o.{column} || '~' || c"
    if column == "event_id":
        return "gen_random_uuid()"
    if column == "data":  # every name of the settlement in it, wherever it stands
        name = "o.data->>'settlement_id'"
        return f"replace(o.data::text, {name}, {name} || '~' || c)::json"
    return f"o.{column}"
