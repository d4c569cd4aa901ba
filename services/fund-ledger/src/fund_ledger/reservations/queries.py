"""Questions about reservations: what is kept, for whom, and what a county's bank accounts have beside it."""

from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.reservations.domain import Reservation
from kernel.writing.reads import Reads

_COLUMNS: Final = ", ".join(Reservation.__struct_fields__)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM reservations WHERE reservation_id = $1"
_MANY_SQL: Final = f"""
SELECT {_COLUMNS} FROM reservations
WHERE county = $1 AND status = $2 AND reservation_id > $3 ORDER BY reservation_id LIMIT $4
"""
_BANKS_SQL: Final = """
SELECT split_part(account, '/', 3) AS fund, debit_fen - credit_fen AS booked_fen, COALESCE((
  SELECT sum(kept_fen) FROM reserved_lines WHERE bank = account AND kept_fen > 0 AND expires_on >= $2
), 0)::bigint AS reserved_fen
FROM balances WHERE starts_with(account, 'bank/' || $1 || '/') ORDER BY account LIMIT 200
"""


class BankStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What a fund's bank account has by the books, and what of it is kept for somebody."""

    fund: str
    booked_fen: int
    reserved_fen: int


class ReservationQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_reservation(self, reservation_id: str) -> Reservation | None:
        """A reservation as it stands."""
        return await self.one(_reservation, _ONE_SQL, reservation_id)

    async def reservations(self, county: str, status: str, after: str, limit: int) -> list[Reservation]:
        """The reservations of a county in a state, in the order of their ids."""
        return await self.many(_reservation, _MANY_SQL, county, status, after, limit)

    async def banks(self, county: str, on: date) -> list[BankStanding]:
        """The bank accounts of a county in the order of their funds."""
        return await self.many(BankStanding, _BANKS_SQL, county, on)


def _reservation(lines: str, **columns: Any) -> Reservation:
    return msgspec.convert({**columns, "lines": msgspec.json.decode(lines)}, Reservation)
