"""The exit check: whether basic medical security holds for a person who is to leave the poverty list (002 三(六))."""

from collections.abc import Iterable
from datetime import date

import msgspec

from identity.illnesses.domain.illness import Illness, IllnessState
from identity.persons.domain.enrolment import Enrolment


class ExitChecked(msgspec.Struct, frozen=True, kw_only=True):
    """The indicator as it stood on a day: insured for the year, and every illness verified with a plan.

    ``unverified`` and ``without_plan`` count open illnesses. The document names no further figure; what else a county
    asks for is checked on paper, which ``evidence`` names.
    """

    check_id: str
    person_id: str
    county: str
    checked_on: date
    insured: bool
    unverified: int
    without_plan: int
    passed: bool
    evidence: str
    checked_by: str


def exit_check(
    check_id: str,
    person_id: str,
    county: str,
    *,
    enrolments: Iterable[Enrolment],
    illnesses: Iterable[Illness],
    evidence: str,
    by: str,
    today: date,
) -> ExitChecked:
    """Make the check on what is known today; it may fail, and is then made again later."""
    insured = any(e.year == today.year and e.registered_on is not None and e.registered_on <= today for e in enrolments)
    going_on = [i for i in illnesses if i.state not in (IllnessState.CLOSED, IllnessState.NOT_CONFIRMED)]
    unverified = sum(i.state is not IllnessState.VERIFIED for i in going_on)
    without_plan = sum(not i.plan for i in going_on)
    passed = insured and not unverified and not without_plan
    return ExitChecked(
        check_id=check_id,
        person_id=person_id,
        county=county,
        checked_on=today,
        insured=insured,
        unverified=unverified,
        without_plan=without_plan,
        passed=passed,
        evidence=evidence,
        checked_by=by,
    )
