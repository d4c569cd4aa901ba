"""Rows of visits that rest on a certification, and of those whose payment was refused afterwards."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put
from law import Adjudication, Claim
from law.waterfall import CERTIFIED
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented
from settlement.encounters.rows.tables import metadata
from settlement.reviews.domain.payment_refusal import PaymentRefused

certified_bills: Final = Table(
    "certified_bills",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("encounter_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("certification_id", Text, nullable=False),
    Column("visited_on", Date, nullable=False),
    Column("payers", ARRAY(Text), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Index("certified_bills_of_person", "person_id"),
)

payment_refusals: Final = Table(
    "payment_refusals",
    metadata,
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


def project_certified(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of an event, beside its others; none for a bill without a certification."""
    match recorded.event:
        case SettlementConfirmed() | SettlementSupplemented() as event:
            yield from _bill(event, event.claim, event.adjudication)
        case PaymentRefused() as event:
            yield _refused(event)
        case _:
            return


def _bill(event: SettlementConfirmed | SettlementSupplemented, claim: Claim, result: Adjudication) -> Iterable[Change]:
    if claim.certificate is None:
        return
    certified = [layer for layer in result.layers if CERTIFIED in layer.flags]
    yield put(
        certified_bills,
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        county=event.county,
        certification_id=claim.certificate.certification_id,
        visited_on=claim.discharged_on,
        payers=tuple(layer.payer for layer in certified),
        amount_fen=sum(layer.amount_fen for layer in certified),
    )


def _refused(event: PaymentRefused) -> Change:
    bill = event.bill
    return put(
        payment_refusals,
        settlement_id=bill.settlement_id,
        hospital_id=bill.hospital_id,
        person_id=bill.person_id,
        certification_id=bill.certification_id,
        visited_on=bill.visited_on,
        cancelled_from=event.cancelled_from,
        refused_at=event.refused_at,
        payers=bill.payers,
        amount_fen=bill.amount_fen,
    )
