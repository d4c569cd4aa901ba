"""Statements of a department: whatever their order and repetition, the memberships come out the same."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from identity.persons.domain.categories import Category, Department, PovertyStatus
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from identity.persons.domain.person import MembershipAsserted, PersonRegistered, SealedPersonalData
from identity.persons.domain.statement import Statement, Superseded, registered_with, stated_at, take

FIRST: Final = date(2019, 1, 1)
NOBODY: Final = Entitlement(person_id="P1", revision=1, county="445202")


def say(batch: int, valid_from: date, valid_to: date | None = None, *, lifted: bool = False) -> Statement:
    status = PovertyStatus.LIFTED if lifted else PovertyStatus.NOT_LIFTED
    return Statement(
        department=Department.POVERTY_ALLEVIATION,
        category=Category.REGISTERED_POOR,
        valid_from=valid_from,
        valid_to=valid_to,
        poverty_status=status,
        exit_date=FIRST if lifted else None,
        evidence=f"batch {batch}",
        stated=stated_at(datetime(2019, 8, 1, tzinfo=UTC) + timedelta(days=batch), str(batch)),
    )


def all_taken(statements: list[Statement]) -> Entitlement:
    state = NOBODY
    for number, statement in enumerate(statements):
        events = take(statement, state, f"M{number}")
        if not isinstance(events, Superseded):
            for event in events:
                state = event.entitlement
    return state


def said(state: Entitlement) -> set[tuple[date, date | None, PovertyStatus | None, str]]:
    return {(m.valid_from, m.valid_to, m.poverty_status, m.evidence) for m in state.memberships}


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    found = []
    for batch in draw(st.lists(st.integers(1, 30), min_size=1, max_size=7, unique=True)):
        valid_from = FIRST + timedelta(days=draw(st.integers(0, 6)))
        length = draw(st.none() | st.integers(0, 8))
        valid_to = None if length is None else valid_from + timedelta(days=length)
        found.append(say(batch, valid_from, valid_to, lifted=draw(st.booleans())))
    return found


@given(st.data())
@settings(max_examples=600)
def test_any_order_and_repetition_ends_in_the_same_memberships(data: st.DataObject) -> None:
    once = data.draw(statements())
    again = data.draw(st.permutations(once + data.draw(st.lists(st.sampled_from(once), max_size=5))))
    in_order = sorted(once, key=lambda statement: statement.stated)
    assert said(all_taken(again)) == said(all_taken(in_order))


@given(statements())
def test_no_two_memberships_hold_on_one_day(found: list[Statement]) -> None:
    held: list[Membership] = list(all_taken(found).memberships)
    assert not any(a.overlaps(b) for i, a in enumerate(held) for b in held[:i])


def test_an_older_statement_that_comes_later_says_nothing_about_the_same_membership() -> None:
    newer = say(2, FIRST, date(2019, 6, 30))
    state = all_taken([newer])
    assert take(say(1, FIRST), state, "M9") == Superseded(newer.stated)


def test_an_older_statement_of_an_earlier_time_is_added_and_ends_before_the_next() -> None:
    state = all_taken([say(2, date(2019, 6, 1)), say(1, FIRST)])
    assert [(m.valid_from, m.valid_to) for m in state.memberships] == [
        (date(2019, 6, 1), None),
        (FIRST, date(2019, 5, 31)),
    ]


def test_the_same_said_again_brings_about_nothing() -> None:
    once = say(1, FIRST)
    assert take(once, all_taken([once]), "M9") == ()


def test_whom_a_list_brings_in_is_registered_with_what_it_says_as_one_change() -> None:
    registered = PersonRegistered("t1", SealedPersonalData("AQ==", "Ag=="), "poverty-alleviation", NOBODY)
    found = take(say(1, FIRST), NOBODY, "M1")
    assert not isinstance(found, Superseded)
    [asserted] = found
    assert isinstance(asserted, MembershipAsserted)
    together = registered_with(registered, asserted)
    assert (together.number_token, together.personal) == (registered.number_token, registered.personal)
    assert said(together.entitlement) == {(FIRST, None, PovertyStatus.NOT_LIFTED, "batch 1")}
    assert together.entitlement.revision == 1
