"""Whatever two records hold: a merger that is not refused loses nothing silently and contradicts nothing."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from identity.persons.domain.categories import Category, Department
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from identity.persons.domain.merging import MergeRecords, merge
from kernel.values.refusals import Refused

FIRST = date(2018, 1, 1)
OWNED = (
    (Department.CIVIL_AFFAIRS, Category.DIBAO),
    (Department.CIVIL_AFFAIRS, Category.TEKUN),
    (Department.DISABLED_PERSONS, Category.POOR_DISABLED),
)


@st.composite
def records(draw: st.DrawFn, person_id: str) -> Entitlement:
    """A record whose memberships do not overlap within a department and category."""
    held: list[Membership] = []
    for n in range(draw(st.integers(0, 5))):
        department, category = draw(st.sampled_from(OWNED))
        start, days = draw(st.integers(0, 20)), draw(st.none() | st.integers(0, 10))
        first = FIRST + timedelta(days=start)
        last = None if days is None else first + timedelta(days=days)
        said = Membership(
            membership_id=f"{person_id}-{n}",
            department=department,
            category=category,
            valid_from=first,
            evidence="list",
            valid_to=last,
        )
        if not any(_same_days(said, other) for other in held):
            held.append(said)
    return Entitlement(person_id=person_id, revision=draw(st.integers(1, 9)), county="445201", memberships=tuple(held))


def _same_days(one: Membership, two: Membership) -> bool:
    return (one.department, one.category) == (two.department, two.category) and one.overlaps(two)


@given(records("p"), records("q"), st.data())
def test_a_merger_keeps_or_names_every_membership_and_leaves_no_overlap(
    surviving: Entitlement, other: Entitlement, data: st.DataObject
) -> None:
    pairs = [(a, b) for a in surviving.memberships for b in other.memberships if _same_days(a, b)]
    ids = sorted({held.membership_id for pair in pairs for held in pair})
    keep = data.draw(st.frozensets(st.sampled_from(ids)) if ids else st.just(frozenset()))
    try:
        merged, away = merge(MergeRecords(keep, (), "book", "agency"), surviving, other)
    except Refused as refused:
        assert refused.code in ("MERGE_CONTRADICTION", "MERGE_KEEP_UNKNOWN")
        assert pairs, "where nothing contradicts, nothing is refused"
        return
    after = merged.entitlement.memberships
    before = (*surviving.memberships, *other.memberships)
    assert sorted([*after, *merged.given_up], key=str) == sorted(before, key=str)
    assert not any(_same_days(one, two) for one, two in combinations(after, 2))
    assert {held.membership_id for held in after} >= keep
    assert away.entitlement.memberships == ()
    assert merged.entitlement.revision > max(surviving.revision, other.revision)
