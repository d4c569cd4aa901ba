"""The exemption's specification: who need not be enrolled, since when, and by whose word."""

from datetime import date
from typing import Any

import msgspec
import pytest

from identity.enrolment.domain.exemption import (
    DECIDER,
    ApproveExemption,
    EndExemption,
    Exemption,
    ExemptionCode,
    ExemptionEnded,
    ExemptionGranted,
    ExemptionProposed,
    ExemptionRejected,
    ProposeExemption,
    RejectExemption,
)
from kernel.testing.specification import given
from law.packs import PackLibrary

TODAY = date(2019, 8, 1)
PRISON = Exemption(
    exemption_id="x1",
    code=ExemptionCode.IMPRISONED,
    since=date(2018, 5, 1),
    evidence="judgment 12",
    approved_by="bureau chief",
    entered_by="clerk",
)
GRANTED = ExemptionGranted("p1", PRISON)
ENDED = ExemptionEnded("p1", msgspec.structs.replace(PRISON, until=date(2019, 7, 1)), "release paper")


WAITING = ExemptionProposed("p1", msgspec.structs.replace(PRISON, approved_by=""))
REJECTED = ExemptionRejected("p1", WAITING.exemption, "bureau chief", "another person")


def grant(**changes: Any) -> ProposeExemption:
    return ProposeExemption("p1", msgspec.structs.replace(WAITING.exemption, **changes), TODAY)


def test_a_person_is_exempt_with_evidence_and_an_approver() -> None:
    given(DECIDER).when(grant()).then(WAITING)
    given(DECIDER, [WAITING]).when(ApproveExemption("x1", "bureau chief")).then(GRANTED)


def test_nobody_approves_what_they_entered() -> None:
    given(DECIDER, [WAITING]).when(ApproveExemption("x1", "clerk")).then_refused("APPROVER_ENTERED_IT")


def test_what_does_not_hold_is_rejected_once_and_is_in_nobodys_way() -> None:
    reject = RejectExemption("x1", "bureau chief", "another person")
    given(DECIDER, [WAITING]).when(reject).then(REJECTED)
    for past in ([WAITING, REJECTED], [WAITING, GRANTED], [GRANTED]):
        given(DECIDER, past).when(reject).then_refused("EXEMPTION_NOT_WAITING")
        given(DECIDER, past).when(ApproveExemption("x1", "bureau chief")).then_refused("EXEMPTION_NOT_WAITING")
    given(DECIDER).when(reject).then_refused("EXEMPTION_UNKNOWN")
    assert given(DECIDER, [WAITING, REJECTED]).when(grant(exemption_id="x2")).events
    given(DECIDER, [WAITING]).when(grant(exemption_id="x2")).then_refused("EXEMPTION_OVERLAPS")


def test_what_never_counted_does_not_end() -> None:
    for past in ([WAITING], [WAITING, REJECTED]):
        end = EndExemption("x1", date(2019, 7, 1), "release paper", TODAY)
        given(DECIDER, past).when(end).then_refused("EXEMPTION_NOT_APPROVED")


def test_other_needs_a_note() -> None:
    given(DECIDER).when(grant(code=ExemptionCode.OTHER)).then_refused("EXEMPTION_UNEXPLAINED")
    assert given(DECIDER).when(grant(code=ExemptionCode.OTHER, note="insured abroad")).events


def test_an_exemption_does_not_begin_tomorrow() -> None:
    given(DECIDER).when(grant(since=date(2019, 8, 2))).then_refused("DATE_IN_FUTURE")


def test_a_person_is_exempt_once_at_a_time() -> None:
    again = grant(exemption_id="x2", code=ExemptionCode.MISSING, since=date(2019, 1, 1))
    given(DECIDER, [GRANTED]).when(again).then_refused("EXEMPTION_OVERLAPS")
    later = grant(exemption_id="x2", code=ExemptionCode.MISSING, since=date(2019, 7, 2))
    assert given(DECIDER, [GRANTED, ENDED]).when(later).events


def test_an_exemption_ends_on_its_last_day() -> None:
    end = EndExemption("x1", date(2019, 7, 1), "release paper", TODAY)
    given(DECIDER, [GRANTED]).when(end).then(ENDED)


@pytest.mark.parametrize(
    ("exemption_id", "last_day", "code"),
    [
        ("x9", date(2019, 7, 1), "EXEMPTION_UNKNOWN"),
        ("x1", date(2019, 8, 2), "DATE_IN_FUTURE"),
        ("x1", date(2018, 4, 30), "DATES_OUT_OF_ORDER"),
    ],
)
def test_an_exemption_that_cannot_end_so(exemption_id: str, last_day: date, code: str) -> None:
    given(DECIDER, [GRANTED]).when(EndExemption(exemption_id, last_day, "paper", TODAY)).then_refused(code)


def test_an_ended_exemption_does_not_end_again() -> None:
    end = EndExemption("x1", date(2019, 7, 2), "paper", TODAY)
    given(DECIDER, [GRANTED, ENDED]).when(end).then_refused("EXEMPTION_ENDED")


def test_the_codes_are_those_of_the_document(library: PackLibrary) -> None:
    check = library.in_force("450200", TODAY).file.enrolment_check
    assert check is not None
    assert [exemption.code for exemption in check.exemptions] == [code.value for code in ExemptionCode]
