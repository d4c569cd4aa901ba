"""Balances of accounts on a day as they were known at a moment: whole days by their sums, the last by its events."""

from typing import Final

import msgspec

from kernel.values.china_time import china_date
from kernel.values.refusals import not_found
from kernel.writing.event_store.archived import at_hand_sql
from onestop.as_of.moment import Moment
from onestop.picture import picture

_KNOWN_SQL: Final = """
SELECT account FROM balances WHERE account = $1 OR starts_with(account, $1 || '/') ORDER BY account LIMIT 1000
"""
_DAYS_SQL: Final = """
SELECT account, COALESCE(sum(debit_fen), 0)::bigint AS debit_fen, COALESCE(sum(credit_fen), 0)::bigint AS credit_fen
FROM day_sums WHERE account = ANY($1::text[]) AND effective_on <= $2 AND recorded_on < $3 GROUP BY account
"""
# A line's day is that on which its cause happened; its moment is when the event that made its journal was recorded.
# Lines of the last day count where that was in time; those of days before were summed, and go where it was not.
_LINES_SQL: Final = f"""
SELECT e.account, COALESCE(sum(greatest(e.amount_fen, 0)), 0)::bigint AS debit_fen,
       COALESCE(sum(greatest(-e.amount_fen, 0)), 0)::bigint AS credit_fen
FROM entries e JOIN events v ON v.stream_id = 'journal/' || COALESCE(e.settlement_id, e.journal_id)
 AND CASE v.type WHEN 'JournalBooked' THEN v.data->>'journal_id' WHEN 'JournalReversed'
       THEN (v.data->>'journal_id') || '-reversal' END = e.journal_id
WHERE e.account = ANY($1::text[]) AND e.effective_on <= $2 AND {{which}}
  AND {at_hand_sql("'journal/' || COALESCE(e.settlement_id, e.journal_id)")}
GROUP BY e.account
"""
_LAST_DAY_SQL: Final = _LINES_SQL.format(which="e.recorded_on = $3 AND v.recorded_at <= $4")
_TOO_LATE_SQL: Final = _LINES_SQL.format(which="e.recorded_on < $3 AND v.recorded_at > $4")


class AccountThen(msgspec.Struct, frozen=True):
    """An account then, in fen. ``balance_fen`` is debit less credit: a fund with money left stands below zero."""

    account: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


async def accounts_then(url: str, named: str, at: Moment) -> list[AccountThen]:
    """The account of this name, or all that begin with it, such as ``fund/445202``; raises Refused ACCOUNT_UNKNOWN.

    ``on`` counts what had happened by then (effective), ``known_at`` what was booked of it by then.
    """
    last_day = china_date(at.known_at)
    async with picture(url) as services:
        connection = await services.of("fund-ledger")
        accounts = [row[0] for row in await connection.fetch(_KNOWN_SQL, named.rstrip("/"))]
        if not accounts:
            raise not_found("ACCOUNT_UNKNOWN", f"nothing was ever booked on {named} or below it")
        rows = await connection.fetch(_DAYS_SQL, accounts, at.on, last_day)
        rows += await connection.fetch(_LAST_DAY_SQL, accounts, at.on, last_day, at.known_at)
        late = await connection.fetch(_TOO_LATE_SQL, accounts, at.on, last_day, at.known_at)
    sums = dict.fromkeys(accounts, (0, 0))
    for sign, row in [(1, row) for row in rows] + [(-1, row) for row in late]:
        debit, credit = sums[row["account"]]
        sums[row["account"]] = debit + sign * row["debit_fen"], credit + sign * row["credit_fen"]
    return [AccountThen(name, debit, credit, debit - credit) for name, (debit, credit) in sums.items()]
