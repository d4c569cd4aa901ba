"""The specification of facts: each department's own intervals, never two at once, and nothing forgotten."""

from datetime import date

import msgspec
import pytest

from identity.facts.domain.facts import (
    DECIDER,
    CorrectFact,
    Disability,
    Event,
    Fact,
    FactCorrected,
    FactCorrectionReason,
    Facts,
    FactTold,
    FactWithdrawn,
    Household,
    HouseholdRole,
    TellFact,
    WithdrawFact,
)
from identity.persons.domain.categories import Department
from kernel.testing.specification import given

BORN = date(1950, 3, 7)
SECOND = Fact(
    fact_id="f1",
    department=Department.DISABLED_PERSONS,
    detail=Disability(2),
    valid_from=date(2018, 1, 1),
    evidence="card 7",
)
FIRST = msgspec.structs.replace(SECOND, fact_id="f2", detail=Disability(1), valid_from=date(2019, 5, 1))
HOME = Fact(
    fact_id="f3",
    department=Department.CIVIL_AFFAIRS,
    detail=Household("4452010001", HouseholdRole.HEAD),
    valid_from=date(2018, 1, 1),
    evidence="book",
)
TOLD: list[Event] = [FactTold("p1", 1, SECOND, None)]
WRONG = FactCorrectionReason.ENTERED_WRONGLY


def test_a_later_fact_ends_the_open_one_the_day_before() -> None:
    given(DECIDER).when(TellFact("p1", SECOND, BORN)).then(FactTold("p1", 1, SECOND, None))
    cut = msgspec.structs.replace(SECOND, valid_to=date(2019, 4, 30))
    decided = given(DECIDER, TOLD).when(TellFact("p1", FIRST, BORN))
    decided.then(FactTold("p1", 2, FIRST, cut))
    assert decided.state == Facts("p1", 2, (cut, FIRST))


def test_facts_of_other_kinds_and_departments_stand_beside_each_other() -> None:
    given(DECIDER, TOLD).when(TellFact("p1", HOME, BORN)).then(FactTold("p1", 2, HOME, None))
    past: list[Event] = [*TOLD, FactTold("p1", 2, HOME, None)]
    theirs = msgspec.structs.replace(HOME, fact_id="f4", department=Department.POVERTY_ALLEVIATION)
    given(DECIDER, past).when(TellFact("p1", theirs, BORN)).then(FactTold("p1", 3, theirs, None))


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (msgspec.structs.replace(SECOND, department=Department.CIVIL_AFFAIRS), "FACT_NOT_OWNED"),
        (msgspec.structs.replace(HOME, department=Department.DISABLED_PERSONS), "FACT_NOT_OWNED"),
        (msgspec.structs.replace(FIRST, valid_to=date(2019, 4, 30)), "DATES_OUT_OF_ORDER"),
        (msgspec.structs.replace(FIRST, valid_from=date(1950, 3, 6)), "BEFORE_BIRTH"),
        (msgspec.structs.replace(FIRST, valid_from=date(2018, 1, 1)), "FACT_OVERLAPS"),
        (msgspec.structs.replace(FIRST, valid_from=date(2017, 1, 1)), "FACT_OVERLAPS"),
    ],
)
def test_a_fact_that_cannot_be_or_is_anothers_is_refused(fact: Fact, code: str) -> None:
    given(DECIDER, TOLD).when(TellFact("p1", fact, BORN)).then_refused(code)


def test_a_fact_is_corrected_within_its_kind_or_withdrawn() -> None:
    better = msgspec.structs.replace(SECOND, detail=Disability(3))
    given(DECIDER, TOLD).when(CorrectFact(better, WRONG, BORN)).then(FactCorrected("p1", 2, better, WRONG))
    given(DECIDER, TOLD).when(CorrectFact(SECOND, WRONG, BORN)).then_nothing()
    other_kind = msgspec.structs.replace(SECOND, detail=HOME.detail)
    given(DECIDER, TOLD).when(CorrectFact(other_kind, WRONG, BORN)).then_refused("FACT_KIND_DISAGREES")
    withdrawn = given(DECIDER, TOLD).when(WithdrawFact("f1", Department.DISABLED_PERSONS, WRONG))
    withdrawn.then(FactWithdrawn("p1", 2, SECOND, WRONG))
    assert withdrawn.state == Facts("p1", 2, ())
    for foreign in (
        WithdrawFact("f1", Department.CIVIL_AFFAIRS, WRONG),
        WithdrawFact("f9", Department.CIVIL_AFFAIRS, WRONG),
    ):
        given(DECIDER, TOLD).when(foreign).then_refused("FACT_UNKNOWN")
    given(DECIDER).when(WithdrawFact("f1", Department.DISABLED_PERSONS, WRONG)).then_refused("FACT_UNKNOWN")
