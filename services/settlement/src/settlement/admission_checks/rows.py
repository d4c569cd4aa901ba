"""The rows of admissions on a handbook alone, and of what came of looking into them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, DateTime, Index, MetaData, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.encounters.domain.events import EncounterAdmitted

TABLES: Final = MetaData()

#: Admissions on a handbook alone, to be looked into by the agency.
admission_checks: Final = Table(
    "admission_checks",
    TABLES,
    Column("encounter_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("admitted_on", Date, nullable=False),
    Column("handbook", Text, nullable=False),
    Index("admission_checks_county", "county", "encounter_id"),
)
admission_check_outcomes: Final = Table(
    "admission_check_outcomes",
    TABLES,
    *columns_of(AdmissionCheckClosed, "encounter_id"),
    Column("closed_at", DateTime(timezone=True), nullable=False),
)


def _admitted(recorded: RecordedEvent) -> Iterable[Change]:
    event: EncounterAdmitted = recorded.event
    if event.handbook is not None:
        yield put_of(event, admission_checks)


def _closed(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, admission_check_outcomes, closed_at=recorded.occurred_at)


ROWS: Final[RowsByEvent] = {EncounterAdmitted: _admitted, AdmissionCheckClosed: _closed}
