"""Corrections of a stay before its bill is settled: what was said at the door, when it ended, or that it did not."""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from kernel.values.refusals import Refused, conflict
from settlement.encounters.domain import events, refusals
from settlement.encounters.domain.commands import Correct, CorrectAdmission, CorrectDischarge, Discharge, UndoDischarge
from settlement.encounters.domain.door import admission_of
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.state import Open
from settlement.encounters.domain.stays import check_alone


def correct(command: Correct, state: Open) -> Sequence[EncounterEvent]:
    """What a correction brings about, nothing where all was said so before; raises Refused."""
    match command:
        case CorrectAdmission():
            return _admission(command, state)
        case CorrectDischarge():
            return _discharge(command, state)
        case UndoDischarge():
            discharge = _discharge_of(state, "undo the discharge of")
            gone = events.DischargeUndone(
                encounter_id=discharge.encounter_id,
                person_id=state.admission.person_id,
                reason=command.reason,
                undone_at=command.now,
            )
            return (gone,)
        case _:
            assert_never(command)


def ended(command: Discharge, admission: events.EncounterAdmitted) -> events.EncounterDischarged:
    """The end of a stay or visit that can be right: after it began, not to come, in life and beside no other stay.

    Raises Refused DATES_OUT_OF_ORDER, DATE_IN_FUTURE, PERSON_DECEASED or STAY_OVERLAPS.
    """
    day, dead = command.discharged_on, command.deceased_on
    if day < admission.admitted_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"discharge on {day} is before admission on {admission.admitted_on}",
            about={"encounter": admission.encounter_id},
        )
    if day > command.today:
        raise Refused("DATE_IN_FUTURE", f"discharge on {day} has not come yet; today is {command.today}")
    if dead is not None and dead < day:
        raise refusals.deceased("discharge", day, dead)
    if admission.kind == "inpatient":
        check_alone(admission.admitted_on, day, command.others)
    known = ("today", "deceased_on", "others")
    facts = {name: value for name, value in msgspec.structs.asdict(command).items() if name not in known}
    return events.EncounterDischarged(encounter_id=admission.encounter_id, **facts)


def _admission(command: CorrectAdmission, state: Open) -> Sequence[EncounterEvent]:
    before, discharge, arrival = state.admission, state.discharge, command.admit.arrival
    if "inpatient" in {before.kind, arrival.kind} and before.kind != arrival.kind:
        detail = f"encounter {before.encounter_id} is {before.kind}: cancel it and say the {arrival.kind} anew"
        raise conflict("CARE_KIND_FIXED", detail, encounter=before.encounter_id, kind=before.kind)
    stay = before.kind == "inpatient"
    if stay and discharge is not None and discharge.discharged_on < arrival.on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"admission on {arrival.on} is after discharge on {discharge.discharged_on}; correct that one first",
            about={"encounter": before.encounter_id},
        )
    admission = admission_of(command.admit, discharge.discharged_on if stay and discharge else None)
    admission = msgspec.structs.replace(admission, county=before.county, area=before.area)
    if admission == msgspec.structs.replace(before, admission_number=admission.admission_number):
        return ()
    corrected = events.AdmissionCorrected(admission=admission, reason=command.reason, corrected_at=command.now)
    if stay or discharge is None or discharge.discharged_on == arrival.on:
        return (corrected,)
    return (corrected, msgspec.structs.replace(discharge, discharged_on=arrival.on))


def _discharge(command: CorrectDischarge, state: Open) -> Sequence[EncounterEvent]:
    before = _discharge_of(state, "correct the discharge of")
    now = ended(command.discharge, state.admission)
    right = msgspec.structs.replace(now, exception_approved_by=before.exception_approved_by)
    if right == before:
        return ()
    return (
        events.DischargeCorrected(
            encounter_id=before.encounter_id,
            person_id=state.admission.person_id,
            discharge=right,
            reason=command.reason,
            corrected_at=command.now,
            admission_number=command.admission_number,
        ),
    )


def _discharge_of(state: Open, command: str) -> events.EncounterDischarged:
    admission = state.admission
    if admission.kind != "inpatient":
        detail = f"encounter {admission.encounter_id} is a visit, which ends on its day: correct the admission instead"
        raise conflict("VISIT_HAS_NO_DISCHARGE", detail, encounter=admission.encounter_id)
    if state.discharge is None:
        raise refusals.not_in_state(admission.encounter_id, "admitted", "discharged", command)
    return state.discharge
