"""The tables of certification, who may certify, what was certified and filed, and the rows that events leave there."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Index, MetaData, SmallInteger, Table, Text

from identity.certification.domain.certifications import CertificationCancelled, ChronicCertified
from identity.certification.domain.certifiers import Certifier, CertifierRegistered
from identity.certification.domain.filings import ChronicFiled
from identity.persons.domain.certification import Certification
from identity.persons.domain.merging import RecordsMerged
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

certifiers: Final = Table(
    "certifiers",
    TABLES,
    *columns_of(Certifier, "hospital_id", grade=SmallInteger),
)

certifications: Final = Table(
    "certifications",
    TABLES,
    *columns_of(Certification, "certification_id", leaving=("doctors", "source", "doctors_told")),
    Column("person_id", Text, nullable=False),
    Column("reason", Text),
    Index("certifications_of_person", "person_id"),
    Index("certifications_of_hospital", "hospital_id", "effective_from"),
)

#: One row a certification that its hospital reported; who has none is certified and not filed.
certification_filings: Final = Table(
    "certification_filings",
    TABLES,
    Column("certification_id", Text, primary_key=True),
    *columns_of(ChronicFiled, leaving=("certification_ids",)),
    Index("certification_filings_of_month", "hospital_id", "month"),
)


def _certified(recorded: RecordedEvent) -> Iterable[Change]:
    yield _certification(recorded, _held(recorded.event), None)


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
        yield put_of(event, certification_filings, certification_id=certification_id)


ROWS: Final[RowsByEvent] = {
    CertifierRegistered: one_row(certifiers, "certifier"),
    ChronicCertified: _certified,
    CertificationCancelled: _cancelled,
    RecordsMerged: _taken_over,
    ChronicFiled: _filed,
}


def _held(event: ChronicCertified | CertificationCancelled) -> Certification:
    return next(c for c in event.entitlement.certifications if c.certification_id == event.certification_id)


def _certification(recorded: RecordedEvent, held: Certification, reason: str | None) -> Change:
    """A certification as it stands; ``reason`` is why it was cancelled."""
    return put_of(held, certifications, person_id=recorded.event.entitlement.person_id, reason=reason)
