"""The rows of admissions on a handbook alone, and of what came of looking into them."""

from collections.abc import Iterable

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.encounters.domain.events import EncounterAdmitted
from settlement.encounters.rows.tables import admission_check_outcomes, admission_checks


def project_admission_check(recorded: RecordedEvent) -> Iterable[Change]:
    """An admission that rests on a handbook is to be looked into; and what came of it."""
    match recorded.event:
        case EncounterAdmitted(handbook=str() as handbook) as event:
            yield put(
                admission_checks,
                encounter_id=event.encounter_id,
                person_id=event.person_id,
                hospital_id=event.hospital_id,
                county=event.county,
                admitted_on=event.admitted_on,
                handbook=handbook,
            )
        case AdmissionCheckClosed() as event:
            yield put(
                admission_check_outcomes,
                encounter_id=event.encounter_id,
                outcome=event.outcome.value,
                closed_by=event.closed_by,
                note=event.note,
                closed_at=recorded.occurred_at,
            )
        case _:
            return
