"""The rows of encounters and their settlements."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows, one_row
from kernel.writing.read_tables import Change, put_of
from settlement.encounters.domain import events

TABLES: Final = MetaData()

encounters: Final = Table(
    "encounters",
    TABLES,
    *columns_of(events.EncounterAdmitted, "encounter_id", leaving=("clause", "disease", "major_disease", "handbook")),
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


def _settled(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementConfirmed = recorded.event
    result = event.adjudication
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


def _supplemented(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementSupplemented = recorded.event
    yield put_of(event, supplements, category=event.adjudication.category)


ROWS: Final[RowsByEvent] = {
    events.EncounterAdmitted: one_row(encounters),
    events.EncounterReferred: one_row(encounters, "admission"),
    events.FeeLinesUploaded: no_rows,
    events.FeeBatchVoided: no_rows,
    events.EncounterDischarged: no_rows,
    events.CatalogueExceptionApproved: no_rows,
    events.SettlementConfirmed: _settled,
    events.SettlementRevoked: one_row(revocations),
    events.SettlementSupplemented: _supplemented,
}
