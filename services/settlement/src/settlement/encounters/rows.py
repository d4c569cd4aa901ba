"""The rows of encounters and their settlements."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import GUARDED, Change, put, put_of, remove
from settlement.encounters.domain import events
from settlement.encounters.domain.owners_events import OuterAmountTold

TABLES: Final = MetaData()

#: What only the event keeps of an admission.
_TOLD_ONCE: Final = (
    "clause",
    "disease",
    "major_disease",
    "handbook",
    "admission_number",
    "in_hospital_since",
    "notices",
    "inpatient_number",
    "operator",
    "message_id",
    "diagnoses",
    "route",
)
encounters: Final = Table(
    "encounters",
    TABLES,
    *columns_of(events.EncounterAdmitted, "encounter_id", leaving=_TOLD_ONCE),
    Index("encounters_county", "county", "encounter_id"),
    Index("encounters_hospital", "hospital_id", "encounter_id"),
    Index("encounters_inpatient", "person_id", postgresql_where=text("kind = 'inpatient'")),
    Index("encounters_person", "person_id"),
    Index("encounters_referral", "referral_id"),
)

#: Inpatient stays with the first day in hospital, which a transfer leaves behind; and the last day of whatever ended.
stays: Final = Table(
    "stays",
    TABLES,
    Column("encounter_id", Text, primary_key=True),
    Column("in_hospital_since", Date, nullable=False),
)

stay_ends: Final = Table(
    "stay_ends",
    TABLES,
    Column("encounter_id", Text, primary_key=True),
    Column("ended_on", Date, nullable=False),
)

#: Who is in hospital now: inpatient stays that neither ended nor were taken back, so that a list of them costs what
#: there are of them and not what there ever were.
open_stays: Final = Table("open_stays", TABLES, Column("encounter_id", Text, primary_key=True))

cancellations: Final = Table(
    "cancellations",
    TABLES,
    *columns_of(events.EncounterCancelled, "encounter_id", leaving=("person_id", "hospital_id", "referral_id")),
)

#: How many admissions a person has that may exclude each other: two at once cannot both be the next one.
admission_numbers: Final = Table(
    "admission_numbers",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    info=GUARDED,
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
    Column("referral_revision", Integer),
    Index("settlements_counted_for", "counted_for"),
    Index("settlements_county", "county", "settlement_id"),
    Index("settlements_encounter", "encounter_id"),
    Index("settlements_hospital", "hospital_id", "settlement_id"),
    Index("settlements_person", "person_id", "year"),
)

#: What hospitals call their stays and bills: a row for each number that was given, so that none is given twice.
hospital_numbers: Final = Table(
    "hospital_numbers",
    TABLES,
    Column("owner_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    UniqueConstraint("hospital_id", "kind", "number", name="hospital_numbers_once"),
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


def _number(hospital_id: str, owner_id: str, kind: str, number: str | None) -> Iterable[Change]:
    if number is not None:
        yield put(hospital_numbers, owner_id=owner_id, kind=kind, hospital_id=hospital_id, number=number)


def _revoked(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementRevoked = recorded.event
    yield put_of(event, revocations)
    # The invoice goes back with the bill and may stand on the next one; the bill's own number stays what it was.
    yield remove(hospital_numbers, owner_id=event.settlement_id, kind="INVOICE")


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
    yield from _number(event.hospital_id, event.settlement_id, "SETTLEMENT", event.settlement_number)
    yield from _number(event.hospital_id, event.settlement_id, "INVOICE", event.invoice_number)


def _supplemented(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.SettlementSupplemented = recorded.event
    yield put_of(event, supplements, category=event.adjudication.category)


def _admitted(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.EncounterAdmitted = recorded.event
    yield put_of(event, encounters)
    if event.kind == "inpatient":
        since = event.in_hospital_since or event.admitted_on
        yield put(stays, encounter_id=event.encounter_id, in_hospital_since=since)
        yield put(open_stays, encounter_id=event.encounter_id)
    yield from _number(event.hospital_id, event.encounter_id, "INPATIENT", event.inpatient_number)
    yield from _numbered(event)


def _cancelled(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.EncounterCancelled = recorded.event
    yield put_of(event, cancellations)
    yield remove(open_stays, encounter_id=event.encounter_id)
    yield remove(hospital_numbers, owner_id=event.encounter_id, kind="INPATIENT")


def _referred(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.EncounterReferred = recorded.event
    yield put_of(event.admission, encounters)
    yield from _numbered(event.admission)


def _corrected(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.AdmissionCorrected = recorded.event
    admission = event.admission
    yield put_of(admission, encounters)
    if admission.kind == "inpatient":
        since = admission.in_hospital_since or admission.admitted_on
        yield put(stays, encounter_id=admission.encounter_id, in_hospital_since=since)
    yield from _number(admission.hospital_id, admission.encounter_id, "INPATIENT", admission.inpatient_number)
    yield from _numbered(admission)


def _end_corrected(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.DischargeCorrected = recorded.event
    yield put(stay_ends, encounter_id=event.encounter_id, ended_on=event.discharge.discharged_on)
    if event.admission_number is not None:
        yield put(admission_numbers, person_id=event.person_id, version=event.admission_number)


def _end_undone(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.DischargeUndone = recorded.event
    yield remove(stay_ends, encounter_id=event.encounter_id)
    yield put(open_stays, encounter_id=event.encounter_id)


def _numbered(admission: events.EncounterAdmitted) -> Iterable[Change]:
    if admission.admission_number is not None:
        yield put(admission_numbers, person_id=admission.person_id, version=admission.admission_number)


def _discharged(recorded: RecordedEvent) -> Iterable[Change]:
    event: events.EncounterDischarged = recorded.event
    yield put(stay_ends, encounter_id=event.encounter_id, ended_on=event.discharged_on)
    yield remove(open_stays, encounter_id=event.encounter_id)


ROWS: Final[RowsByEvent] = {
    events.EncounterAdmitted: _admitted,
    events.EncounterCancelled: _cancelled,
    events.EncounterReferred: _referred,
    events.AdmissionCorrected: _corrected,
    events.FeeLinesUploaded: no_rows,
    events.FeeBatchVoided: no_rows,
    events.EncounterDischarged: _discharged,
    events.DischargeCorrected: _end_corrected,
    events.DischargeUndone: _end_undone,
    events.CatalogueExceptionApproved: no_rows,
    events.CauseFound: no_rows,
    OuterAmountTold: no_rows,
    events.SettlementConfirmed: _settled,
    events.SettlementRevoked: _revoked,
    events.SettlementSupplemented: _supplemented,
}
