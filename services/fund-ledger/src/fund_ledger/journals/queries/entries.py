"""Questions about entries: an account's or a settlement's, page by page, and balances on a day as known on another."""

from datetime import date
from typing import Final

import msgspec

from kernel.http import SignedYuan, Wire
from kernel.writing.reads import Reads

_COLUMNS: Final = (
    "journal_id, line, account, booked_on, effective_on, recorded_on, kind, settlement_id, amount_fen, payer"
)
# The page's place is a key, the table's or that of the kind, so that a page costs the same however long the account is.
_ENTRIES_SQL: Final = f"""
SELECT {_COLUMNS} FROM entries
WHERE account = $1 AND booked_on BETWEEN $2 AND $3 AND {{of}}
  AND (booked_on, journal_id, line) > ($5, $6, $7::int)
ORDER BY booked_on, journal_id, line LIMIT $8
"""
_OF_ACCOUNT_SQL: Final = _ENTRIES_SQL.format(of="$4 = ''")
_OF_KIND_SQL: Final = _ENTRIES_SQL.format(of="kind = $4")
_OF_JOURNALS_SQL: Final = """
SELECT j.journal_id, p.line::int AS line, p.account, j.booked_on, e.effective_on, e.recorded_on, j.kind,
       j.settlement_id, p.amount_fen, p.payer
FROM journals j, unnest(j.accounts, j.amounts, j.payers) WITH ORDINALITY AS p(account, amount_fen, payer, line),
     LATERAL (SELECT effective_on, recorded_on FROM entries e
              WHERE e.account = p.account AND e.booked_on = j.booked_on AND e.journal_id = j.journal_id
                AND e.line = p.line) e
WHERE {of} AND ($1 = '' OR j.kind = $1) AND split_part(p.account, '/', -2) LIKE ANY($2::text[])
  AND (j.booked_on, j.journal_id) >= ($3, $4)
  AND ((j.booked_on, j.journal_id) > ($3, $4) OR p.line > $5::int)
ORDER BY j.booked_on, j.journal_id, p.line LIMIT $6
"""
_OF_SETTLEMENT_SQL: Final = _OF_JOURNALS_SQL.format(of="j.settlement_id = $7")
_OF_DAYS_SQL: Final = _OF_JOURNALS_SQL.format(of="j.booked_on BETWEEN $7 AND $8")
_SUMS_SQL: Final = """
SELECT COALESCE(sum(debit_fen), 0)::bigint AS debit_fen, COALESCE(sum(credit_fen), 0)::bigint AS credit_fen
FROM day_sums WHERE account = $1 AND {of}
"""
_EFFECTIVE_SQL: Final = _SUMS_SQL.format(of="effective_on <= $2 AND recorded_on <= $3")
_BOOKED_SQL: Final = _SUMS_SQL.format(of="booked_on >= $2 AND booked_on <= $3")

#: Before every book, and after every day that may be asked for.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(9999, 12, 31)


class Entry(Wire, frozen=True, kw_only=True):
    """One line of a journal: debit positive, credit negative.

    ``booked_on`` is the day in whose month it counts, ``effective_on`` the day on which it happened, ``recorded_on``
    the day on which the platform came to know it.
    """

    journal_id: str
    line: int
    account: str
    booked_on: date
    effective_on: date
    recorded_on: date
    kind: str
    settlement_id: str | None
    amount_fen: SignedYuan
    payer: str


class Sums(msgspec.Struct, frozen=True):
    """Both sides of an account over some days, in fen."""

    debit_fen: int
    credit_fen: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are asked for; an empty text asks for all."""

    kind: str = ""
    first: date = FIRST_DAY
    last: date = LAST_DAY
    after: tuple[date, str, int] = (FIRST_DAY, "", 0)
    limit: int


class Entries(Reads):
    """Read-only questions, each bounded."""

    async def of_account(self, account: str, wanted: Wanted) -> list[Entry]:
        """An account's entries by the day on which they were booked."""
        bounds = account, wanted.first, wanted.last, wanted.kind
        sql = _OF_KIND_SQL if wanted.kind else _OF_ACCOUNT_SQL
        return await self.many(Entry.of_row, sql, *bounds, *wanted.after, wanted.limit)

    async def of_settlement(self, settlement_id: str, counties: list[str], wanted: Wanted) -> list[Entry]:
        """All entries that a settlement has caused, in the counties whose codes are like one of these."""
        asked = wanted.kind, counties, *wanted.after, wanted.limit
        return await self.many(Entry.of_row, _OF_SETTLEMENT_SQL, *asked, settlement_id)

    async def of_days(self, counties: list[str], wanted: Wanted) -> list[Entry]:
        """All entries of some days, in the counties whose codes are like one of these."""
        asked = wanted.kind, counties, *wanted.after, wanted.limit
        return await self.many(Entry.of_row, _OF_DAYS_SQL, *asked, wanted.first, wanted.last)

    async def effective(self, account: str, on: date, known_on: date) -> Sums:
        """Both sides of an account by what had happened by a day, as far as it was known by another."""
        found = await self.one(Sums, _EFFECTIVE_SQL, account, on, known_on)
        assert found is not None, "a sum without rows is a row"
        return found

    async def booked(self, account: str, first: date, last: date) -> Sums:
        """What was booked on an account from one day to another, both included."""
        found = await self.one(Sums, _BOOKED_SQL, account, first, last)
        assert found is not None, "a sum without rows is a row"
        return found
