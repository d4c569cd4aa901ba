"""The refusals that several of settlement's decisions and questions share."""

from datetime import date
from typing import Final

from kernel.values.refusals import Refused, conflict, not_found

_NOT_IN_STATE: Final = {"admitted": "ENCOUNTER_NOT_ADMITTED", "discharged": "ENCOUNTER_NOT_DISCHARGED"}


def encounter_unknown(encounter_id: str) -> Refused:
    """There is no such encounter, or it is another hospital's."""
    return not_found("ENCOUNTER_UNKNOWN", f"there is no encounter {encounter_id}", encounter=encounter_id)


def settlement_unknown(settlement_id: str) -> Refused:
    """There is no such settlement, or it is another hospital's."""
    return not_found("SETTLEMENT_UNKNOWN", f"there is no settlement {settlement_id}", settlement=settlement_id)


def review_unknown(review_id: str) -> Refused:
    """There is no such review, or it is another county's."""
    return not_found("REVIEW_UNKNOWN", f"there is no review {review_id}", review=review_id)


def not_in_state(encounter_id: str, state: str, wanted: str, command: str) -> Refused:
    """The encounter is elsewhere in its life."""
    detail = f"cannot {command} encounter {encounter_id}: it is {state}, and must be {wanted}"
    return conflict(_NOT_IN_STATE[wanted], detail, encounter=encounter_id, state=state)


def not_in_force(settlement_id: str) -> Refused:
    """The settlement is not the one that the encounter has now."""
    detail = f"settlement {settlement_id} was revoked before or never made"
    return Refused("SETTLEMENT_NOT_IN_FORCE", detail, about={"settlement": settlement_id})


def cancelled(encounter_id: str) -> Refused:
    """The admission was taken back."""
    detail = f"the admission of encounter {encounter_id} was cancelled; admit the person again"
    return conflict("ENCOUNTER_CANCELLED", detail, encounter=encounter_id)


def deceased(what: str, day: date, deceased_on: date) -> Refused:
    """A stay or a bill of a day on which the patient was dead."""
    return Refused(
        "PERSON_DECEASED",
        f"the {what} of {day} is after the person's death, recorded for {deceased_on}; correct the day, or have the "
        "department correct the death",
        about={"deceased_on": deceased_on.isoformat()},
    )


def number_taken() -> Refused:
    """A number of the hospital's that another stay or bill of it has already."""
    return conflict(
        "HOSPITAL_NUMBER_TAKEN",
        "another stay or bill of this hospital has the number already; look it up by the number, or send the right one",
    )
