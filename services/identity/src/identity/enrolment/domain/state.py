"""How far a person's enrolment of a year has come, from what is known of it (DOMAIN B2)."""

from datetime import date
from enum import StrEnum


class EnrolmentState(StrEnum):
    """The steps; benefits begin with MARKED, the money may follow (004 七(二) 先登记参保、后补助缴费)."""

    NOT_ENROLLED = "NOT_ENROLLED"
    REGISTERED = "REGISTERED"
    MARKED = "MARKED"
    SUBSIDY_APPLIED = "SUBSIDY_APPLIED"
    SUBSIDY_PAID = "SUBSIDY_PAID"
    EXEMPT = "EXEMPT"


def state_of(
    *, registered_on: date | None, marked_on: date | None, applied_on: date | None, paid_on: date | None, exempt: bool
) -> EnrolmentState:
    """The state of an enrolment. Who is enrolled and exempt at once is shown as enrolled: that wants looking at."""
    if registered_on is None:
        return EnrolmentState.EXEMPT if exempt else EnrolmentState.NOT_ENROLLED
    if paid_on is not None:
        return EnrolmentState.SUBSIDY_PAID
    if applied_on is not None:
        return EnrolmentState.SUBSIDY_APPLIED
    return EnrolmentState.REGISTERED if marked_on is None else EnrolmentState.MARKED


def eligible_from(registered_on: date | None, marked_on: date | None) -> date | None:
    """The first day of benefits: the later of the two steps, None while one is missing (R-JY-21)."""
    if registered_on is None or marked_on is None:
        return None
    return max(registered_on, marked_on)
