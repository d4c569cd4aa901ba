"""An entry's specification: three different people, in order, and a way back at each step."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from identity.entries.domain.delays import Delay, Step, delays_of
from identity.entries.domain.entry import (
    DECIDER,
    Amend,
    Approve,
    Command,
    Enter,
    Entry,
    EntryAmended,
    EntryApproved,
    EntryEntered,
    EntryRejected,
    EntryReturned,
    EntryReviewed,
    EntryState,
    EntryWithdrawn,
    Event,
    Reject,
    Review,
    SendBack,
    Withdraw,
)
from identity.entries.domain.proposal import ProposedAssertion, ProposedEnd
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Category, Department
from identity.persons.domain.membership import EndReason, Membership
from kernel.testing.specification import given
from kernel.values.refusals import Refused

MONDAY = datetime(2019, 7, 1, 1, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
DIBAO = ProposedAssertion(
    Membership(
        membership_id="m1",
        department=Department.CIVIL_AFFAIRS,
        category=Category.DIBAO,
        valid_from=date(2019, 1, 1),
        evidence="list",
    )
)
END = ProposedEnd("m1", date(2019, 6, 30), EndReason.STOPPED)
NEW = Entry(
    entry_id="e1",
    revision=1,
    person_id="p1",
    county="445201",
    department=Department.CIVIL_AFFAIRS,
    proposal=DIBAO,
    state=EntryState.ENTERED,
    authors=("clerk",),
    entered_at=MONDAY,
    submitted_at=MONDAY,
)


def moved(entry: Entry, state: EntryState, **parts: object) -> Entry:
    return msgspec.structs.replace(entry, state=state, revision=entry.revision + 1, **parts)


REVIEWED = moved(NEW, EntryState.REVIEWED, reviewed_by="head", reviewed_at=TUESDAY)
RETURNED = moved(NEW, EntryState.RETURNED, decided_by="head", decided_at=TUESDAY, reason="which list?")
ENTERED: list[Event] = [EntryEntered(NEW)]
SEEN: list[Event] = [EntryEntered(NEW), EntryReviewed(REVIEWED)]


def test_three_people_bring_an_entry_into_effect() -> None:
    entering = Enter(
        entry_id="e1",
        person_id="p1",
        county="445201",
        department=Department.CIVIL_AFFAIRS,
        proposal=DIBAO,
        by="clerk",
        at=MONDAY,
        told_by="civil-affairs",
        upon=1,
    )
    entered = msgspec.structs.replace(NEW, told_by="civil-affairs", upon=1)
    given(DECIDER).when(entering).then(EntryEntered(entered))
    given(DECIDER, ENTERED).when(Review("head", TUESDAY)).then(EntryReviewed(REVIEWED))
    approved = moved(REVIEWED, EntryState.APPROVED, decided_by="admin", decided_at=WEDNESDAY)
    given(DECIDER, SEEN).when(Approve("admin", WEDNESDAY)).then(EntryApproved(approved))


@pytest.mark.parametrize(
    ("past", "command"),
    [
        (ENTERED, Review("clerk", TUESDAY)),
        (ENTERED, Reject("clerk", TUESDAY, "no")),
        (ENTERED, SendBack("clerk", TUESDAY, "no")),
        (SEEN, Approve("clerk", WEDNESDAY)),
        (SEEN, Approve("head", WEDNESDAY)),
    ],
)
def test_nobody_takes_two_steps(past: list[Event], command: Command) -> None:
    given(DECIDER, past).when(command).then_refused("ENTRY_SAME_PERSON")


@pytest.mark.parametrize(
    ("past", "command"),
    [
        (ENTERED, Approve("admin", TUESDAY)),
        (ENTERED, Amend(END, "clerk", TUESDAY, 2)),
        (SEEN, Review("other", WEDNESDAY)),
        ([EntryReturned(RETURNED)], Approve("admin", WEDNESDAY)),
        ([EntryReturned(RETURNED)], Review("other", WEDNESDAY)),
        ([EntryWithdrawn(moved(NEW, EntryState.WITHDRAWN))], Reject("head", WEDNESDAY, "no")),
        ([EntryApproved(moved(REVIEWED, EntryState.APPROVED))], Withdraw("clerk", WEDNESDAY)),
    ],
)
def test_a_step_out_of_turn_is_refused(past: list[Event], command: Command) -> None:
    given(DECIDER, past).when(command).then_refused("ENTRY_STATE")


def test_an_entry_is_sent_back_and_begins_again_in_new_words() -> None:
    given(DECIDER, ENTERED).when(SendBack("head", TUESDAY, "which list?")).then(EntryReturned(RETURNED))
    past: list[Event] = [*ENTERED, EntryReturned(RETURNED)]
    amended = msgspec.structs.replace(
        NEW, revision=3, proposal=END, authors=("clerk", "clerk-2"), submitted_at=WEDNESDAY, upon=2
    )
    given(DECIDER, past).when(Amend(END, "clerk-2", WEDNESDAY, 2)).then(EntryAmended(amended))
    again: list[Event] = [*past, EntryAmended(amended)]
    for author in ("clerk", "clerk-2"):
        given(DECIDER, again).when(Review(author, WEDNESDAY)).then_refused("ENTRY_SAME_PERSON")


def test_an_entry_is_rejected_or_withdrawn() -> None:
    rejected = moved(REVIEWED, EntryState.REJECTED, decided_by="admin", decided_at=WEDNESDAY, reason="not poor")
    given(DECIDER, SEEN).when(Reject("admin", WEDNESDAY, "not poor")).then(EntryRejected(rejected))
    withdrawn = moved(REVIEWED, EntryState.WITHDRAWN, decided_by="clerk", decided_at=WEDNESDAY)
    given(DECIDER, SEEN).when(Withdraw("clerk", WEDNESDAY)).then(EntryWithdrawn(withdrawn))
    given(DECIDER, SEEN).when(Withdraw("head", WEDNESDAY)).then_refused("ENTRY_NOT_AUTHOR")
    given(DECIDER).when(Withdraw("clerk", WEDNESDAY)).then_refused("ENTRY_UNKNOWN")


def test_each_step_has_a_delay_in_hours_begun() -> None:
    reviewed = msgspec.structs.replace(REVIEWED, reviewed_at=MONDAY + timedelta(minutes=61))
    assert list(delays_of(reviewed)) == [Delay(Step.REVIEW, "2019-07", 2)]
    approved = moved(reviewed, EntryState.APPROVED, decided_at=MONDAY + timedelta(days=30, hours=15))
    # 23:00 on July 31 in UTC and 00:00 on August 1 in China.
    assert list(delays_of(approved)) == [Delay(Step.APPROVAL, "2019-08", 734), Delay(Step.WHOLE, "2019-08", 735)]
    assert not list(delays_of(NEW))


def test_named_administrators_approve_for_their_county() -> None:
    rules = ApprovalRules(administrators={"445201": frozenset({"li"})})
    rules.check_administrator("445201", "li")
    rules.check_administrator("445203", "anybody")
    with pytest.raises(Refused, match="ENTRY_NOT_ADMINISTRATOR"):
        rules.check_administrator("445201", "wang")
