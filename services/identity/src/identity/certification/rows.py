"""The tables of certification, who may certify, what was certified and filed, and the rows that events leave there."""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Column, Date, DateTime, Index, MetaData, SmallInteger, Table, Text

from identity.certification.domain.certifier import CertifierRegistered
from identity.certification.domain.certifying import CertificationCancelled, ChronicCertified
from identity.certification.domain.filing import ChronicFiled
from identity.persons.domain.certification import Certification
from identity.persons.domain.merging import RecordsMerged
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put

TABLES: Final = MetaData()

certifiers: Final = Table(
    "certifiers",
    TABLES,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("grade", SmallInteger, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

certifications: Final = Table(
    "certifications",
    TABLES,
    Column("certification_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("disease", Text, nullable=False),
    Column("certified_at", DateTime(timezone=True), nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("cancelled_from", Date),
    Column("reason", Text),
    Index("certifications_of_person", "person_id"),
    Index("certifications_of_hospital", "hospital_id", "effective_from"),
)

#: One row a certification that its hospital reported; who has none is certified and not filed.
certification_filings: Final = Table(
    "certification_filings",
    TABLES,
    Column("certification_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("sealed_on", Date, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_by", Text, nullable=False),
    Index("certification_filings_of_month", "hospital_id", "month"),
)


def _registered(recorded: RecordedEvent) -> Iterable[Change]:
    yield put(certifiers, **msgspec.structs.asdict(recorded.event.certifier))


def _certified(recorded: RecordedEvent) -> Iterable[Change]:
    event: ChronicCertified = recorded.event
    yield _certification(recorded, _held(event), None)


def _cancelled(recorded: RecordedEvent) -> Iterable[Change]:
    event: CertificationCancelled = recorded.event
    yield _certification(recorded, _held(event), event.reason)


def _taken_over(recorded: RecordedEvent) -> Iterable[Change]:
    event: RecordsMerged = recorded.event
    for held in event.entitlement.certifications:
        # A cancelled one rests where it was: its row alone knows why, and nobody acts on it any more.
        if held.cancelled_from is None:
            yield _certification(recorded, held, None)


def _filed(recorded: RecordedEvent) -> Iterable[Change]:
    event: ChronicFiled = recorded.event
    for certification_id in event.certification_ids:
        yield put(
            certification_filings,
            certification_id=certification_id,
            hospital_id=event.hospital_id,
            month=event.month,
            sealed_on=event.sealed_on,
            filed_on=event.filed_on,
            filed_by=event.filed_by,
        )


ROWS: Final[RowsByEvent] = {
    CertifierRegistered: _registered,
    ChronicCertified: _certified,
    CertificationCancelled: _cancelled,
    RecordsMerged: _taken_over,
    ChronicFiled: _filed,
}


def _held(event: ChronicCertified | CertificationCancelled) -> Certification:
    return next(c for c in event.entitlement.certifications if c.certification_id == event.certification_id)


def _certification(recorded: RecordedEvent, held: Certification, reason: str | None) -> Change:
    """A certification as it stands; ``reason`` is why it was cancelled."""
    return put(
        certifications,
        certification_id=held.certification_id,
        person_id=recorded.event.entitlement.person_id,
        hospital_id=held.hospital_id,
        disease=held.disease,
        certified_at=held.certified_at,
        effective_from=held.effective_from,
        cancelled_from=held.cancelled_from,
        reason=reason,
    )
