"""Looking into an admission on a poverty handbook alone (000 二(二)): the patient is in, and the list may be late."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import conflict, not_found


class CheckOutcome(StrEnum):
    """What the agency found."""

    ENTITLED = "ENTITLED"  # the list was late: the department enters the person, and settlement follows
    NOT_ENTITLED = "NOT_ENTITLED"  # the handbook does not count; the patient pays as anybody does


class CloseAdmissionCheck(msgspec.Struct, frozen=True):
    """Say what looking into an admission came to; ``handbook`` is what it rests on, None where on none."""

    encounter_id: str
    handbook: str | None
    outcome: CheckOutcome
    closed_by: str
    note: str


class AdmissionCheckClosed(msgspec.Struct, frozen=True):
    """The agency looked into an admission on a handbook alone."""

    encounter_id: str
    outcome: CheckOutcome
    closed_by: str
    note: str


def _decide(command: CloseAdmissionCheck, closed: AdmissionCheckClosed | None) -> Sequence[AdmissionCheckClosed]:
    if command.handbook is None:
        detail = f"encounter {command.encounter_id} is not known, or does not rest on a handbook alone"
        raise not_found("ADMISSION_CHECK_UNKNOWN", detail)
    if closed is not None:
        if closed.outcome is command.outcome:
            return ()
        detail = f"the admission of encounter {command.encounter_id} was found to be {closed.outcome} before"
        raise conflict("ADMISSION_CHECK_CLOSED", detail)
    return (AdmissionCheckClosed(command.encounter_id, command.outcome, command.closed_by, command.note),)


DECIDER: Decider[CloseAdmissionCheck, AdmissionCheckClosed | None, AdmissionCheckClosed] = Decider(
    None, _decide, lambda _closed, event: event
)
