"""Questions about orders for money: what the books say of a fund's past, and how orders and receipts stand."""

from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.funds.domain.order import Came
from fund_ledger.funds.domain.terms import Books
from fund_ledger.journals.domain import accounts
from kernel.writing.database import Connection
from kernel.writing.reads import Reads

# A year's cost is what the fund had to bear, less what was taken back; money in and clearings are none.
_BOOKS_SQL: Final = """
SELECT GREATEST(COALESCE(sum(debit_fen - credit_fen) FILTER (
         WHERE kind NOT IN ('receipt', 'return', 'clearing') AND month BETWEEN $3 AND $4), 0), 0)::bigint
         AS last_year_fen,
       GREATEST(COALESCE(sum(credit_fen - debit_fen) FILTER (
         WHERE kind IN ('receipt', 'return') AND source = 'PREPAYMENT'), 0), 0)::bigint AS carried_fen
FROM fund_flows WHERE county = $1 AND fund = $2 AND month <= $4
"""
# What was asked of whoever stands behind the fund, and has not come, is on its way.
_LACKING_SQL: Final = """
SELECT GREATEST(0, COALESCE((SELECT debit_fen - credit_fen FROM balances WHERE account = $1), 0)
  - COALESCE((SELECT sum(amount_fen - received_fen) FROM funding_orders
              WHERE county = $2 AND fund = $3 AND kind = 'MAKE_UP' AND status <> 'met'), 0))::bigint
"""
_IN_DEBT_SQL: Final = """
SELECT account FROM balances WHERE account >= 'fund/' AND account < 'fund0' AND debit_fen > credit_fen ORDER BY account
"""
_COLUMNS: Final = (
    "order_id, county, fund, kind, year, month, status, amount_fen, received_fen, due_on, clause, figures, ordered_on,"
    " signed_by, met_on, met_by"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM funding_orders WHERE order_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM funding_orders
WHERE county LIKE ANY($1::text[]) AND ($2::int IS NULL OR year = $2) AND ($3 = '' OR status = $3) AND order_id > $4
ORDER BY order_id LIMIT $5
"""
_HOLD_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended('fund-ledger receipt ' || $1, 0))"
# A receipt that went back meets nothing.
_RECEIPT_SQL: Final = """
SELECT split_part(j.accounts[1], '/', -2) AS county, split_part(j.accounts[1], '/', -1) AS fund, j.source,
       CASE WHEN EXISTS (SELECT FROM journals r WHERE r.journal_id = j.journal_id || '-return') THEN 0
            ELSE j.amounts[1] - COALESCE((SELECT sum(m.amount_fen) FROM funding_matches m
                                          WHERE m.journal_id = j.journal_id), 0) END::bigint AS free_fen,
       COALESCE((SELECT sum(m.amount_fen) FROM funding_matches m WHERE m.journal_id = j.journal_id), 0)::bigint
         AS matched_fen, j.booked_on AS value_on
FROM journals j WHERE j.journal_id = $1 AND j.kind = 'receipt'
"""


_HOLD_ORDER_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended('fund-ledger order ' || $1, 0))"
_LATEST_SQL: Final = """
SELECT j.booked_on AS on, m.journal_id FROM funding_matches m JOIN journals j USING (journal_id)
WHERE m.order_id = $1 AND m.journal_id <> $2 AND m.amount_fen > 0 ORDER BY j.booked_on DESC, m.journal_id DESC LIMIT 1
"""
_MATCHED_SQL: Final = "SELECT amount_fen FROM funding_matches WHERE journal_id = $1 AND order_id = $2"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt with the day of its money, what of it meets no order yet, and what does, in fen."""

    county: str
    fund: str
    source: str
    free_fen: int
    matched_fen: int
    value_on: date


class ListedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its row stands, in fen. Kind and status are texts: a later release may have some of its own."""

    order_id: str
    county: str
    fund: str
    kind: str
    year: int
    month: int | None
    status: str
    amount_fen: int
    received_fen: int
    due_on: date | None
    clause: str
    figures: dict[str, int]
    ordered_on: date
    signed_by: tuple[str, ...]
    met_on: date | None = None
    met_by: str | None = None

    @property
    def left_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen


async def held_receipt(connection: Connection, journal_id: str) -> Receipt | None:
    """A receipt, held until the transaction ends, so that no fen of it meets two orders; None if there is none."""
    await connection.execute(_HOLD_SQL, journal_id)
    row = await connection.fetchrow(_RECEIPT_SQL, journal_id)
    return None if row is None else Receipt(**dict(row))


async def matched(connection: Connection, journal_id: str, order_id: str) -> int:
    """With how much a receipt meets an order, in fen."""
    return await connection.fetchval(_MATCHED_SQL, journal_id, order_id) or 0


async def hold_order(connection: Connection, order_id: str) -> None:
    """Hold an order until the transaction ends: which of its receipts came last stays so."""
    await connection.execute(_HOLD_ORDER_SQL, order_id)


async def latest_of(connection: Connection, order_id: str, besides: str) -> Came | None:
    """The latest receipt that meets an order ``besides`` one; the order is held until the transaction ends."""
    await hold_order(connection, order_id)
    row = await connection.fetchrow(_LATEST_SQL, order_id, besides)
    return None if row is None else Came(row["on"], row["journal_id"])


class FundQueries(Reads):
    """Read-only questions, each bounded."""

    async def books(self, county: str, fund: str, year: int) -> Books:
        """What the books say of the year before, of the prepayment that is carried into the year, and of its debt."""
        found = await self.one(Books, _BOOKS_SQL, county, fund, date(year - 1, 1, 1), date(year - 1, 12, 1))
        assert found is not None, "a sum without rows is a row"
        lacking = await self.pool.fetchval(_LACKING_SQL, accounts.fund(county, fund), county, fund)
        return msgspec.structs.replace(found, lacking_fen=lacking)

    async def in_debt(self) -> list[accounts.Account]:
        """The funds of all counties that had to bear more than they were given."""
        return [accounts.parse(row["account"]) for row in await self.pool.fetch(_IN_DEBT_SQL)]

    async def one_order(self, order_id: str) -> ListedOrder | None:
        """An order as it stands."""
        return await self.one(_order, _ONE_SQL, order_id)

    async def orders(
        self, counties: list[str], year: int | None, status: str, after: str, limit: int
    ) -> list[ListedOrder]:
        """The orders of some counties in the order of their ids."""
        return await self.many(_order, _MANY_SQL, counties, year, status, after, limit)


def _order(figures: str, **columns: Any) -> ListedOrder:
    return msgspec.convert({**columns, "figures": msgspec.json.decode(figures)}, ListedOrder)
