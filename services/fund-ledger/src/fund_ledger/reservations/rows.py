"""Rows: reservations as they stand, and what of each line is kept on which bank account."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from fund_ledger.reservations.domain import (
    MoneyReserved,
    Reservation,
    ReservationExpired,
    ReservationVoided,
    ReservedPaid,
)
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of

TABLES: Final = MetaData()

reservations: Final = Table(
    "reservations",
    TABLES,
    *columns_of(Reservation, "reservation_id", lines=JSONB, status=Text, reason=Text),
    Index("reservations_county", "county", "status", "reservation_id"),
)
#: Whoever decides by a bank account takes what is kept on it off, see ``journals.queries.turn``.
reserved_lines: Final = Table(
    "reserved_lines",
    TABLES,
    Column("reservation_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("bank", Text, nullable=False),
    Column("kept_fen", BigInteger, nullable=False),
    Column("expires_on", Date, nullable=False),
    # Of all that was ever reserved, little is kept now.
    Index("reserved_lines_kept", "bank", "expires_on", postgresql_where=text("kept_fen > 0")),
)


def _stands(recorded: RecordedEvent) -> Iterable[Change]:
    of: Reservation = recorded.event.reservation
    yield put_of(of, reservations)
    for line in of.lines:
        yield put(
            reserved_lines,
            reservation_id=of.reservation_id,
            number=line.number,
            bank=line.bank,
            kept_fen=line.left_fen if of.status == "open" else 0,
            expires_on=of.expires_on,
        )


ROWS: Final[RowsByEvent] = dict.fromkeys((MoneyReserved, ReservedPaid, ReservationVoided, ReservationExpired), _stands)
