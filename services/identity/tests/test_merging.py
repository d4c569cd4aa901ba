"""The specification of mergers and annulments: what the surviving record takes over, and what must be said first."""

from datetime import date

import msgspec
import pytest

from identity.persons.domain.annulment import AnnulmentReason, AnnulRegistration, annul
from identity.persons.domain.categories import Category, Department
from identity.persons.domain.enrolment import Enrolment, Scheme
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from identity.persons.domain.merging import MergeRecords, merge, move_alias
from kernel.values.refusals import Refused

DIBAO = Membership(
    membership_id="m1",
    department=Department.CIVIL_AFFAIRS,
    category=Category.DIBAO,
    valid_from=date(2019, 1, 1),
    evidence="list 1",
    valid_to=date(2019, 6, 30),
)
SAME = msgspec.structs.replace(DIBAO, membership_id="n1", evidence="list 2")
OTHERWISE = msgspec.structs.replace(DIBAO, membership_id="n2", valid_from=date(2019, 3, 1), valid_to=None)
TEKUN = Membership(
    membership_id="n3",
    department=Department.CIVIL_AFFAIRS,
    category=Category.TEKUN,
    valid_from=date(2019, 1, 1),
    evidence="list 3",
)


def record(person_id: str, revision: int, *memberships: Membership, **parts: object) -> Entitlement:
    return msgspec.structs.replace(
        Entitlement(person_id=person_id, revision=revision, county="445201", memberships=memberships), **parts
    )


def command(*keep: str) -> MergeRecords:
    return MergeRecords(frozenset(keep), ("t2",), "household book", "agency")


def refusal(surviving: Entitlement, other: Entitlement, *keep: str) -> Refused:
    with pytest.raises(Refused) as refused:
        merge(command(*keep), surviving, other)
    return refused.value


def test_the_surviving_record_takes_over_and_the_other_leads_to_it() -> None:
    merged, away = merge(command(), record("p1", 2, DIBAO), record("p2", 5, TEKUN))
    assert merged.entitlement == record("p1", 6, DIBAO, TEKUN)
    assert (merged.taken, merged.given_up, merged.number_tokens) == (("n3",), (), ("t2",))
    assert away.entitlement == record("p2", 6, merged_into="p1")
    assert away.formerly.memberships == (TEKUN,)


def test_of_two_that_say_the_same_the_surviving_records_stays() -> None:
    merged, _ = merge(command(), record("p1", 2, DIBAO), record("p2", 5, SAME, TEKUN))
    assert merged.entitlement.memberships == (DIBAO, TEKUN)
    assert merged.given_up == (SAME,)


@pytest.mark.parametrize(("keep", "kept", "gone"), [("m1", DIBAO, OTHERWISE), ("n2", OTHERWISE, DIBAO)])
def test_of_two_that_contradict_the_one_that_is_named_stays(keep: str, kept: Membership, gone: Membership) -> None:
    contradiction = refusal(record("p1", 2, DIBAO), record("p2", 5, OTHERWISE))
    assert (contradiction.code, contradiction.about) == ("MERGE_CONTRADICTION", {"keep_one_of": "m1 or n2"})
    merged, _ = merge(command(keep), record("p1", 2, DIBAO), record("p2", 5, OTHERWISE))
    assert (merged.entitlement.memberships, merged.given_up) == ((kept,), (gone,))


def test_to_keep_both_or_what_contradicts_nothing_is_refused() -> None:
    assert refusal(record("p1", 2, DIBAO), record("p2", 5, OTHERWISE), "m1", "n2").code == "MERGE_CONTRADICTION"
    assert refusal(record("p1", 2, DIBAO), record("p2", 5, TEKUN), "n3").code == "MERGE_KEEP_UNKNOWN"


def test_one_that_spans_several_of_the_other_gives_way_to_them_or_they_to_it() -> None:
    early = msgspec.structs.replace(DIBAO, membership_id="n4", valid_to=date(2019, 2, 28))
    both = record("p2", 5, early, OTHERWISE)
    merged, _ = merge(command("m1"), record("p1", 2, DIBAO), both)
    assert merged.entitlement.memberships == (DIBAO,)
    merged, _ = merge(command("n4", "n2"), record("p1", 2, DIBAO), both)
    assert merged.entitlement.memberships == (early, OTHERWISE)
    assert merged.given_up == (DIBAO,)


def test_enrolments_are_joined_and_gaps_filled() -> None:
    ours = Enrolment(Scheme.RESIDENT, "445200", 2019, registered_on=date(2018, 11, 2))
    theirs = Enrolment(Scheme.RESIDENT, "445200", 2019, date(2018, 12, 1), marked_on=date(2019, 1, 5))
    older = Enrolment(Scheme.RESIDENT, "445200", 2018, registered_on=date(2017, 11, 2))
    merged, away = merge(command(), record("p1", 2, enrolments=(ours,)), record("p2", 2, enrolments=(theirs, older)))
    both = Enrolment(Scheme.RESIDENT, "445200", 2019, date(2018, 11, 2), date(2019, 1, 5))
    assert merged.entitlement.enrolments == (older, both)
    assert away.entitlement.enrolments == ()


def test_two_days_of_death_are_settled_first_and_one_counts_for_both() -> None:
    died, elsewhen = {"deceased_on": date(2019, 7, 1)}, {"deceased_on": date(2019, 7, 2)}
    assert refusal(record("p1", 2, **died), record("p2", 2, **elsewhen)).code == "DEATH_DATE_DISAGREES"
    merged, _ = merge(command(), record("p1", 2), record("p2", 2, **died))
    assert merged.entitlement.deceased_on == date(2019, 7, 1)


def test_only_records_that_stand_are_merged_and_never_one_with_itself() -> None:
    assert refusal(record("p1", 2), record("p1", 2)).code == "MERGE_WITH_ITSELF"
    assert refusal(record("p1", 2), record("p2", 2, merged_into="p3")).code == "PERSON_MERGED"
    assert refusal(record("p1", 2, annulled=True), record("p2", 2)).code == "PERSON_ANNULLED"
    assert refusal(record("p1", 2, erased=True), record("p2", 2)).code == "PERSON_ERASED"
    assert refusal(record("p1", 2), record("p2", 2, erased=True)).code == "PERSON_ERASED"


def test_an_earlier_alias_follows() -> None:
    assert move_alias(record("p3", 4, merged_into="p2"), record("p1", 3)).entitlement == record(
        "p3", 5, merged_into="p1"
    )


def test_a_registration_is_annulled_only_while_nothing_rests_on_it() -> None:
    taken_back = annul(AnnulRegistration(AnnulmentReason.WRONG_NUMBER, (), "agency"), record("p1", 1))
    assert taken_back.entitlement == record("p1", 2, annulled=True)
    for person, resting in ((record("p1", 2, DIBAO), ()), (record("p1", 1), ("an entry",))):
        with pytest.raises(Refused, match="PERSON_IN_USE"):
            annul(AnnulRegistration(AnnulmentReason.TEST_ENTRY, resting, "agency"), person)
