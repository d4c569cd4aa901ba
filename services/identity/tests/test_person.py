"""The person's specification: given what happened, when a command comes, then this happens or is refused."""

from datetime import date

import msgspec
import pytest

from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.enrolment import Enrolment, Scheme
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, EndReason, Membership
from identity.persons.domain.person import (
    DECIDER,
    AssertMembership,
    CorrectMembership,
    DeathRecorded,
    EndMembership,
    Enrol,
    Event,
    MembershipAsserted,
    MembershipCorrected,
    MembershipEnded,
    PersonEnrolled,
    PersonRegistered,
    RecordDeath,
    RegisterPerson,
    SealedPersonalData,
)
from kernel.testing.specification import given

TODAY = date(2019, 8, 1)
BORN = date(1950, 3, 7)
SEALED = SealedPersonalData(id_number="AQ==", name="Ag==")
NEW = Entitlement(person_id="p1", revision=1, county="445201")
REGISTERED = PersonRegistered("ab12", SEALED, "civil-affairs", NEW)
DIBAO = Membership(
    membership_id="m1",
    department=Department.CIVIL_AFFAIRS,
    category=Category.DIBAO,
    valid_from=date(2019, 1, 1),
    evidence="dibao list 2019-01",
)
POOR = Membership(
    membership_id="m2",
    department=Department.POVERTY_ALLEVIATION,
    category=Category.REGISTERED_POOR,
    valid_from=date(2016, 1, 1),
    evidence="card 17",
    poverty_status=PovertyStatus.NOT_LIFTED,
)
WITH_DIBAO = Entitlement(person_id="p1", revision=2, county="445201", memberships=(DIBAO,))
ASSERTED = MembershipAsserted("m1", WITH_DIBAO)


def corrected_to(membership: Membership, reason: CorrectionReason) -> CorrectMembership:
    facts = {
        name: getattr(membership, name) for name in membership.__struct_fields__ if name not in ("category", "stated")
    }
    return CorrectMembership(**facts, reason=reason, born_on=BORN)


def end(membership_id: str, last_day: date, department: Department = Department.CIVIL_AFFAIRS) -> EndMembership:
    return EndMembership(department, membership_id, last_day, EndReason.STOPPED)


def replaced(membership: Membership, **facts: object) -> Membership:
    return msgspec.structs.replace(membership, **facts)


def test_a_person_is_registered_once() -> None:
    register = RegisterPerson(
        person_id="p1", county="445201", number_token="ab12", personal=SEALED, registered_by="civil-affairs"
    )
    given(DECIDER).when(register).then(REGISTERED)
    given(DECIDER, [REGISTERED]).when(register).then_refused("PERSON_ALREADY_REGISTERED")


def test_nothing_is_said_of_an_unknown_person() -> None:
    given(DECIDER).when(AssertMembership(DIBAO, BORN)).then_refused("PERSON_UNKNOWN")
    given(DECIDER).when(RecordDeath(TODAY, "civil-affairs", None, TODAY)).then_refused("PERSON_UNKNOWN")


def test_an_owner_asserts_a_membership() -> None:
    given(DECIDER, [REGISTERED]).when(AssertMembership(DIBAO, BORN)).then(ASSERTED)


@pytest.mark.parametrize("group", [Group.RURAL, Group.URBAN])
def test_rural_and_urban_dibao_are_told_apart(group: Group) -> None:
    dibao = replaced(DIBAO, group=group)
    decided = given(DECIDER, [REGISTERED]).when(AssertMembership(dibao, BORN))
    decided.then(
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=2, county="445201", memberships=(dibao,)))
    )


def test_two_departments_stand_side_by_side() -> None:
    decided = given(DECIDER, [REGISTERED, ASSERTED]).when(AssertMembership(POOR, BORN))
    decided.then(
        MembershipAsserted("m2", Entitlement(person_id="p1", revision=3, county="445201", memberships=(DIBAO, POOR)))
    )


@pytest.mark.parametrize(
    ("membership", "code"),
    [
        (replaced(DIBAO, department=Department.POVERTY_ALLEVIATION), "CATEGORY_NOT_OWNED"),
        (replaced(POOR, department=Department.CIVIL_AFFAIRS), "CATEGORY_NOT_OWNED"),
        (replaced(DIBAO, category=Category.POOR_DISABLED), "CATEGORY_NOT_OWNED"),
        (replaced(DIBAO, category=Category.LOW_INCOME, group=Group.SEVERE_DISABLED), "CATEGORY_NOT_OWNED"),
        (replaced(DIBAO, valid_to=date(2018, 12, 31)), "DATES_OUT_OF_ORDER"),
        (replaced(DIBAO, valid_from=date(1950, 3, 6)), "BEFORE_BIRTH"),
        (replaced(DIBAO, category=Category.LOW_INCOME), "GROUP_MISPLACED"),
        (replaced(DIBAO, category=Category.LOW_INCOME, group=Group.RURAL), "GROUP_MISPLACED"),
        (replaced(DIBAO, category=Category.TEKUN, group=Group.RURAL), "GROUP_MISPLACED"),
        (replaced(DIBAO, group=Group.ELDERLY), "GROUP_MISPLACED"),
        (replaced(DIBAO, poverty_status=PovertyStatus.LIFTED), "POVERTY_STATUS_MISPLACED"),
        (replaced(POOR, poverty_status=None), "POVERTY_STATUS_MISPLACED"),
        (replaced(POOR, poverty_status=PovertyStatus.LIFTED), "EXIT_DATE_MISSING"),
        (replaced(POOR, exit_date=date(2018, 1, 1)), "EXIT_DATE_MISPLACED"),
    ],
)
def test_an_incoherent_or_foreign_membership_is_refused(membership: Membership, code: str) -> None:
    given(DECIDER, [REGISTERED]).when(AssertMembership(membership, BORN)).then_refused(code)


def test_a_low_income_person_who_is_severely_disabled_is_the_federations() -> None:
    membership = replaced(
        DIBAO,
        department=Department.DISABLED_PERSONS,
        category=Category.LOW_INCOME,
        group=Group.SEVERE_DISABLED,
    )
    given(DECIDER, [REGISTERED]).when(AssertMembership(membership, BORN)).then(
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=2, county="445201", memberships=(membership,)))
    )


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [
        (date(2019, 1, 1), None),
        (date(2018, 1, 1), date(2019, 1, 1)),
        (date(2019, 6, 30), date(2019, 12, 31)),
        (date(2017, 1, 1), None),
    ],
)
def test_a_department_cannot_say_the_same_twice_for_one_day(valid_from: date, valid_to: date | None) -> None:
    half_year = replaced(DIBAO, valid_to=date(2019, 6, 30))
    past = [
        REGISTERED,
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=2, county="445201", memberships=(half_year,))),
    ]
    second = replaced(DIBAO, membership_id="m9", valid_from=valid_from, valid_to=valid_to)
    refused = given(DECIDER, past).when(AssertMembership(second, BORN)).then_refused("MEMBERSHIP_OVERLAPS")
    assert refused.about == {"membership_id": "m1"}


@pytest.mark.parametrize("gap", [(date(2019, 7, 1), None), (date(2018, 1, 1), date(2018, 12, 31))])
def test_a_department_may_say_the_same_again_for_other_days(gap: tuple[date, date | None]) -> None:
    half_year = replaced(DIBAO, valid_to=date(2019, 6, 30))
    past = [
        REGISTERED,
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=2, county="445201", memberships=(half_year,))),
    ]
    second = replaced(DIBAO, membership_id="m9", valid_from=gap[0], valid_to=gap[1])
    decided = given(DECIDER, past).when(AssertMembership(second, BORN))
    decided.then(
        MembershipAsserted(
            "m9", Entitlement(person_id="p1", revision=3, county="445201", memberships=(half_year, second))
        )
    )


def test_a_membership_ends_on_its_last_day() -> None:
    decided = given(DECIDER, [REGISTERED, ASSERTED]).when(end("m1", date(2019, 6, 30)))
    ended = replaced(DIBAO, valid_to=date(2019, 6, 30))
    decided.then(
        MembershipEnded(
            "m1", EndReason.STOPPED, Entitlement(person_id="p1", revision=3, county="445201", memberships=(ended,))
        )
    )


def test_a_membership_may_last_one_day() -> None:
    given(DECIDER, [REGISTERED, ASSERTED]).when(end("m1", date(2019, 1, 1))).events  # noqa: B018 - must not be refused


def test_an_end_that_cannot_be_is_refused() -> None:
    past: list[Event] = [REGISTERED, ASSERTED]
    given(DECIDER, past).when(end("m1", date(2018, 12, 31))).then_refused("DATES_OUT_OF_ORDER")
    given(DECIDER, past).when(end("m7", TODAY)).then_refused("MEMBERSHIP_UNKNOWN")
    given(DECIDER, past).when(end("m1", TODAY, Department.DISABLED_PERSONS)).then_refused("CATEGORY_NOT_OWNED")


def test_an_ended_membership_ends_earlier_but_not_again() -> None:
    ended = replaced(DIBAO, valid_to=date(2019, 6, 30))
    past: list[Event] = [
        REGISTERED,
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=2, county="445201", memberships=(ended,))),
    ]
    given(DECIDER, past).when(end("m1", date(2019, 6, 30))).then_refused("MEMBERSHIP_ENDED")
    decided = given(DECIDER, past).when(end("m1", date(2019, 3, 31)))
    assert decided.state is not None
    assert decided.state.memberships[0].valid_to == date(2019, 3, 31)


def test_a_correction_replaces_the_facts_and_keeps_the_category() -> None:
    better = replaced(DIBAO, valid_from=date(2018, 7, 1), evidence="dibao list 2018-07")
    decided = given(DECIDER, [REGISTERED, ASSERTED]).when(corrected_to(better, CorrectionReason.ENTERED_WRONGLY))
    expected = Entitlement(person_id="p1", revision=3, county="445201", memberships=(better,))
    decided.then(MembershipCorrected("m1", CorrectionReason.ENTERED_WRONGLY, expected))


def test_a_correction_that_changes_nothing_is_no_event() -> None:
    unchanged = corrected_to(DIBAO, CorrectionReason.ENTERED_WRONGLY)
    given(DECIDER, [REGISTERED, ASSERTED]).when(unchanged).then_nothing()


def test_a_correction_by_another_department_or_into_an_overlap_is_refused() -> None:
    early = replaced(DIBAO, membership_id="m0", valid_from=date(2018, 1, 1), valid_to=date(2018, 12, 31))
    past: list[Event] = [
        REGISTERED,
        MembershipAsserted("m1", Entitlement(person_id="p1", revision=3, county="445201", memberships=(early, DIBAO))),
    ]
    foreign = corrected_to(replaced(DIBAO, department=Department.DISABLED_PERSONS), CorrectionReason.ENTERED_WRONGLY)
    given(DECIDER, past).when(foreign).then_refused("CATEGORY_NOT_OWNED")
    wider = corrected_to(replaced(DIBAO, valid_from=date(2018, 12, 31)), CorrectionReason.ENTERED_WRONGLY)
    given(DECIDER, past).when(wider).then_refused("MEMBERSHIP_OVERLAPS")


def test_an_enrolment_is_registered_first_and_marked_later() -> None:
    registered = Enrolment(Scheme.RESIDENT, "445200", 2019, registered_on=date(2019, 7, 3))
    marked = Enrolment(Scheme.RESIDENT, "445200", 2019, marked_on=date(2019, 7, 20))
    both = Enrolment(Scheme.RESIDENT, "445200", 2019, date(2019, 7, 3), date(2019, 7, 20))
    first = PersonEnrolled(
        registered, Entitlement(person_id="p1", revision=2, county="445201", memberships=(), enrolments=(registered,))
    )
    given(DECIDER, [REGISTERED]).when(Enrol(registered, TODAY)).then(first)
    second = PersonEnrolled(
        both, Entitlement(person_id="p1", revision=3, county="445201", memberships=(), enrolments=(both,))
    )
    given(DECIDER, [REGISTERED, first]).when(Enrol(marked, TODAY)).then(second)
    given(DECIDER, [REGISTERED, first, second]).when(Enrol(marked, TODAY)).then_nothing()


@pytest.mark.parametrize(
    ("enrolment", "code"),
    [
        (Enrolment(Scheme.RESIDENT, "445200", 2019), "ENROLMENT_UNDATED"),
        (Enrolment(Scheme.RESIDENT, "445200", 2019, date(2019, 8, 2)), "DATE_IN_FUTURE"),
        (Enrolment(Scheme.RESIDENT, "445200", 2019, date(2017, 12, 31)), "ENROLMENT_YEAR_DISAGREES"),
        (Enrolment(Scheme.RESIDENT, "445200", 2018, date(2019, 1, 1)), "ENROLMENT_YEAR_DISAGREES"),
    ],
)
def test_an_enrolment_with_impossible_dates_is_refused(enrolment: Enrolment, code: str) -> None:
    given(DECIDER, [REGISTERED]).when(Enrol(enrolment, TODAY)).then_refused(code)


def test_a_death_is_recorded_once_and_may_be_reported_twice() -> None:
    died = DeathRecorded("civil-affairs", msgspec.structs.replace(WITH_DIBAO, revision=3, deceased_on=TODAY))
    past: list[Event] = [REGISTERED, ASSERTED]
    given(DECIDER, past).when(RecordDeath(TODAY, "civil-affairs", BORN, TODAY)).then(died)
    again = given(DECIDER, [*past, died])
    again.when(RecordDeath(TODAY, "disabled-persons", BORN, TODAY)).then_nothing()
    other_day = RecordDeath(date(2019, 7, 1), "disabled-persons", BORN, TODAY)
    again.when(other_day).then_refused("DEATH_DATE_DISAGREES")


def test_a_death_to_come_or_before_birth_is_refused() -> None:
    past = [REGISTERED]
    given(DECIDER, past).when(RecordDeath(date(2019, 8, 2), "x", BORN, TODAY)).then_refused("DATE_IN_FUTURE")
    given(DECIDER, past).when(RecordDeath(date(1950, 3, 6), "x", BORN, TODAY)).then_refused("BEFORE_BIRTH")


def test_nothing_begins_after_death() -> None:
    died = DeathRecorded("x", msgspec.structs.replace(NEW, revision=2, deceased_on=date(2018, 6, 1)))
    past: list[Event] = [REGISTERED, died]
    given(DECIDER, past).when(AssertMembership(DIBAO, BORN)).then_refused("PERSON_DECEASED")
    enrolment = Enrolment(Scheme.RESIDENT, "445200", 2019, date(2018, 11, 1))
    given(DECIDER, past).when(Enrol(enrolment, TODAY)).then_refused("PERSON_DECEASED")
