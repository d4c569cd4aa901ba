"""The rows of visits whose payment was refused."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from settlement.payment_refusals.domain import PaymentRefused

TABLES: Final = MetaData()

payment_refusals: Final = Table(
    "payment_refusals",
    TABLES,
    Column("settlement_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("certification_id", Text, nullable=False),
    Column("visited_on", Date, nullable=False),
    Column("cancelled_from", Date, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False),
    Column("payers", ARRAY(Text), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Index("payment_refusals_of_hospital", "hospital_id", "settlement_id"),
)


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentRefused = recorded.event
    yield put_of(event.bill, payment_refusals, cancelled_from=event.cancelled_from, refused_at=event.refused_at)


ROWS: Final[RowsByEvent] = {PaymentRefused: _refused}
