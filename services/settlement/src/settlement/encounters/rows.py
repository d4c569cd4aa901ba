"""The rows of encounters and their settlements; and of bills that rest on a certification."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import Change, put_of
from law.waterfall import CERTIFIED
from settlement.encounters.domain import events

TABLES: Final = MetaData()

encounters: Final = Table(
    "encounters",
    TABLES,
    Column("encounter_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("admitted_on", Date, nullable=False),
    Column("deposit_required", Boolean, nullable=False),
    Column("category", Text),
    Column("referral_id", Text),
    Index("encounters_hospital", "hospital_id", "encounter_id"),
    Index("encounters_referral", "referral_id"),
)

settlements: Final = Table(
    "settlements",
    TABLES,
    Column("settlement_id", Text, primary_key=True),
    Column("encounter_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("discharged_on", Date, nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    Column("category", Text),
    Column("policy_id", Text, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("patient_pays_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("identity_revision", Integer),
    Column("counted_for", Text, nullable=False),
    Index("settlements_counted_for", "counted_for"),
    Index("settlements_county", "county", "settlement_id"),
    Index("settlements_hospital", "hospital_id", "settlement_id"),
    Index("settlements_person", "person_id", "year"),
)

revocations: Final = Table(
    "revocations",
    TABLES,
    Column("settlement_id", Text, primary_key=True),
    Column("revoked_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("refund_to_patient_fen", BigInteger, nullable=False),
)

supplements: Final = Table(
    "supplements",
    TABLES,
    Column("supplement_id", Text, primary_key=True),
    Column("settlement_id", Text, nullable=False),
    Column("review_id", Text, nullable=False),
    Column("supplemented_at", DateTime(timezone=True), nullable=False),
    Column("category", Text),
    Column("patient_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("identity_revision", Integer),
    Index("supplements_settlement", "settlement_id", "supplement_id"),
)

certified_bills: Final = Table(
    "certified_bills",
    TABLES,
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


def _admitted(recorded: RecordedEvent) -> Iterable[Change]:
    event = recorded.event
    yield put_of(event.admission if isinstance(event, events.EncounterReferred) else event, encounters)


def _settled(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementConfirmed = recorded.event
    result = event.adjudication
    yield from _certified(event)
    yield put_of(
        event,
        settlements,
        discharged_on=event.claim.discharged_on,
        category=result.category,
        policy_id=result.policy_id,
        total_fen=result.total_fen,
        patient_pays_fen=result.patient_pays_fen,
        payout_fen=result.payout_fen,
        counted_for=events.year_of(event),
    )


def _revoked(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, revocations)


def _supplemented(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementSupplemented = recorded.event
    yield from _certified(event)
    yield put_of(event, supplements, category=event.adjudication.category)


def _certified(event: events.SettlementConfirmed | events.SettlementSupplemented) -> Iterable[Change]:
    """What of a bill rests on a certification; nothing for a bill without one."""
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


ROWS: Final[RowsByEvent] = {
    events.EncounterAdmitted: _admitted,
    events.EncounterReferred: _admitted,
    events.FeeLinesUploaded: no_rows,
    events.FeeBatchVoided: no_rows,
    events.EncounterDischarged: no_rows,
    events.CatalogueExceptionApproved: no_rows,
    events.SettlementConfirmed: _settled,
    events.SettlementRevoked: _revoked,
    events.SettlementSupplemented: _supplemented,
}
