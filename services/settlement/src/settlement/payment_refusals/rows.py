"""The rows of bills that rest on a certification, and of visits whose payment was refused."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, DateTime, Index, MetaData, Table

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from law.waterfall import CERTIFIED
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented
from settlement.payment_refusals.domain import CertifiedBill, PaymentRefused

TABLES: Final = MetaData()

certified_bills: Final = Table(
    "certified_bills",
    TABLES,
    *columns_of(CertifiedBill, "settlement_id"),
    Index("certified_bills_of_person", "person_id"),
)

payment_refusals: Final = Table(
    "payment_refusals",
    TABLES,
    *columns_of(CertifiedBill, "settlement_id", leaving=("encounter_id", "county")),
    Column("cancelled_from", Date, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False),
    Index("payment_refusals_of_hospital", "hospital_id", "settlement_id"),
)


def _certified(recorded: RecordedEvent) -> Iterable[Change]:
    """What of a bill rests on a certification; nothing for a bill without one."""
    event: SettlementConfirmed | SettlementSupplemented = recorded.event
    claim = event.claim
    if claim.certificate is None:
        return
    certified = [layer for layer in event.adjudication.layers if CERTIFIED in layer.flags]
    yield put_of(
        event,
        certified_bills,
        certification_id=claim.certificate.certification_id,
        visited_on=claim.discharged_on,
        payers=tuple(layer.payer for layer in certified),
        amount_fen=sum(layer.amount_fen for layer in certified),
    )


def _refused(recorded: RecordedEvent) -> Iterable[Change]:
    event: PaymentRefused = recorded.event
    yield put_of(event.bill, payment_refusals, cancelled_from=event.cancelled_from, refused_at=event.refused_at)


ROWS: Final[RowsByEvent] = {
    SettlementConfirmed: _certified,
    SettlementSupplemented: _certified,
    PaymentRefused: _refused,
}
