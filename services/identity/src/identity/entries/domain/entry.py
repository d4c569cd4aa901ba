"""An entry: a change to a person that takes effect when three different people have handled it (004 七(四))."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.entries.domain.proposal import Proposal
from identity.persons.domain.categories import Department
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, forbidden, not_found


class EntryState(StrEnum):
    """How far an entry has come."""

    ENTERED = "ENTERED"  # 录入
    REVIEWED = "REVIEWED"  # 审核
    APPROVED = "APPROVED"  # 审批
    RETURNED = "RETURNED"  # 退回修改
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands; every event carries the one it leads to.

    ``department`` is whose word it is, None where it is the agency's own. ``authors`` are all who wrote it; none of
    them may review or approve. ``submitted_at`` is when the latest wording was handed in, ``revision`` grows by one
    with each event. ``told_by`` is the office of who entered it; an entry without is its department's. ``upon`` is how
    many events of the person, or of the person's facts, whoever wrote it could see; an old entry counts as blind.
    """

    entry_id: str
    revision: int
    person_id: str
    county: str
    department: Department | None
    proposal: Proposal
    state: EntryState
    authors: tuple[str, ...]
    entered_at: datetime
    submitted_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    told_by: str | None = None
    upon: int = 0


# Commands: ``by`` is the user, ``at`` the moment.


class Enter(msgspec.Struct, frozen=True, kw_only=True):
    """Hand in a change."""

    entry_id: str
    person_id: str
    county: str
    department: Department | None
    proposal: Proposal
    by: str
    at: datetime
    told_by: str
    upon: int


class Amend(msgspec.Struct, frozen=True):
    """Hand in a returned entry again in new words."""

    proposal: Proposal
    by: str
    at: datetime
    upon: int


class _Step(msgspec.Struct, frozen=True):
    by: str
    at: datetime


class Review(_Step, frozen=True):
    """Find an entry right."""


class Approve(_Step, frozen=True):
    """Let a reviewed entry take effect."""


class SendBack(_Step, frozen=True):
    """Give an entry back for correction."""

    reason: str


class Reject(_Step, frozen=True):
    """Refuse an entry for good."""

    reason: str


class Withdraw(_Step, frozen=True):
    """Take an own entry back."""


Command: TypeAlias = Enter | Amend | Review | Approve | SendBack | Reject | Withdraw


# Events


class EntryEntered(msgspec.Struct, frozen=True):
    entry: Entry


class EntryAmended(msgspec.Struct, frozen=True):
    entry: Entry


class EntryReviewed(msgspec.Struct, frozen=True):
    entry: Entry


class EntryApproved(msgspec.Struct, frozen=True):
    entry: Entry


class EntryReturned(msgspec.Struct, frozen=True):
    entry: Entry


class EntryRejected(msgspec.Struct, frozen=True):
    entry: Entry


class EntryWithdrawn(msgspec.Struct, frozen=True):
    entry: Entry


Event: TypeAlias = (
    EntryEntered | EntryAmended | EntryReviewed | EntryApproved | EntryReturned | EntryRejected | EntryWithdrawn
)
State: TypeAlias = Entry | None

_WAITING: Final = (EntryState.ENTERED, EntryState.REVIEWED)


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused ENTRY_…"""
    if isinstance(command, Enter):
        assert state is None, f"entry {command.entry_id} exists"
        return [_entered(command)]
    if state is None:
        raise entry_unknown()
    match command:
        case Amend():
            return [_amended(command, state)]
        case Review():
            _check_state(state, EntryState.ENTERED)
            _check_other_person(command.by, state.authors)
            reviewed = _moved(state, EntryState.REVIEWED, reviewed_by=command.by, reviewed_at=command.at)
            return [EntryReviewed(reviewed)]
        case Approve():
            _check_state(state, EntryState.REVIEWED)
            _check_other_person(command.by, (*state.authors, state.reviewed_by))
            return [EntryApproved(_decided(command, state, EntryState.APPROVED))]
        case SendBack() | Reject():
            return [_turned_down(command, state)]
        case Withdraw():
            _check_state(state, *_WAITING, EntryState.RETURNED)
            if command.by not in state.authors:
                detail = "only who entered it can withdraw it; others reject it or send it back"
                raise forbidden("ENTRY_NOT_AUTHOR", detail)
            return [EntryWithdrawn(_decided(command, state, EntryState.WITHDRAWN))]
        case _:
            assert_never(command)


#: Each event says the entry after it itself.
DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, lambda _state, event: event.entry)


def _entered(command: Enter) -> EntryEntered:
    said = msgspec.structs.asdict(command)
    by, at = said.pop("by"), said.pop("at")
    entered = Entry(revision=1, state=EntryState.ENTERED, authors=(by,), entered_at=at, submitted_at=at, **said)
    return EntryEntered(entered)


def _amended(command: Amend, state: Entry) -> EntryAmended:
    _check_state(state, EntryState.RETURNED)
    amended = _moved(
        state,
        EntryState.ENTERED,
        proposal=command.proposal,
        # The reader of an old wording is no reader of the new one: all begins again.
        authors=tuple(sorted({*state.authors, command.by})),
        submitted_at=command.at,
        upon=command.upon,
        reviewed_by=None,
        reviewed_at=None,
        decided_by=None,
        decided_at=None,
        reason=None,
    )
    return EntryAmended(amended)


def _turned_down(command: SendBack | Reject, state: Entry) -> EntryReturned | EntryRejected:
    _check_state(state, *_WAITING)
    _check_other_person(command.by, state.authors)
    if isinstance(command, SendBack):
        return EntryReturned(_decided(command, state, EntryState.RETURNED, command.reason))
    return EntryRejected(_decided(command, state, EntryState.REJECTED, command.reason))


def _decided(
    command: Approve | SendBack | Reject | Withdraw, state: Entry, to: EntryState, reason: str | None = None
) -> Entry:
    return _moved(state, to, decided_by=command.by, decided_at=command.at, reason=reason)


def _moved(entry: Entry, state: EntryState, **parts: object) -> Entry:
    return msgspec.structs.replace(entry, revision=entry.revision + 1, state=state, **parts)


def _check_state(entry: Entry, *allowed: EntryState) -> None:
    if entry.state not in allowed:
        detail = f"the entry is {entry.state}; this step is for one that is {' or '.join(allowed)}"
        raise conflict("ENTRY_STATE", detail, state=entry.state)


def _check_other_person(by: str, before: Sequence[str | None]) -> None:
    if by in before:
        needed = "entering, reviewing and approving need three different people (004 七(四))"
        detail = f"who took an earlier step of this entry cannot take this one: {needed}"
        raise forbidden("ENTRY_SAME_PERSON", detail)


def entry_unknown() -> Refused:
    """The refusal of an entry that nobody made."""
    return not_found("ENTRY_UNKNOWN", "no such entry")


def check_same_word(entry: Entry, department: Department | None) -> None:
    """Refuse to make one office's entry the word of another: ENTRY_UNKNOWN."""
    if department is not entry.department:
        raise entry_unknown()
