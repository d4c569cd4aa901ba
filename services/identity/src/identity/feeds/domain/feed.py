"""A feed batch: a department's file, from its receipt over reading, and perhaps a human's release, to its end."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.intake.domain import FileProblem
from identity.persons.domain.categories import Category, Department, check_owned
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, forbidden, not_found


class BatchKind(StrEnum):
    """What a file is: changes, or everybody of a category in an area."""

    DELTA = "delta"
    FULL = "full"


class BatchStatus(StrEnum):
    """Where a batch is on its way."""

    RECEIVED = "RECEIVED"  # waits to be read
    HELD = "HELD"  # would end so many memberships that a person must release it
    APPLYING = "APPLYING"  # read whole, and being applied
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"  # nothing of it was applied
    DISCARDED = "DISCARDED"  # a person threw it away; nothing of it was applied


class FileSent(msgspec.Struct, frozen=True, kw_only=True):
    """How a department describes the file that it sends."""

    department: Department
    number: str
    kind: BatchKind
    as_of: datetime
    media_type: str
    category: Category | None = None
    area: str | None = None
    file_name: str | None = None


class Batch(FileSent, frozen=True, kw_only=True):
    """A file as it was received. ``as_of`` is the moment that it speaks for; ``category`` is a full list's own.

    ``area`` is the division code within which a full list names everybody; a delta has none. ``divisions`` are those
    that the sender works for; rows about people of others are refused. None is everywhere.
    """

    batch_id: str
    received_at: datetime
    sent_by: str
    size: int
    sha256: str
    divisions: tuple[str, ...] | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a file by what they are; ``ending`` are memberships that a full list no longer names."""

    rows: int
    refused: int
    unchanged: int
    changing: int
    ending: int
    #: Memberships of the category and area that stood before a full list.
    standing: int = 0
    #: Refused rows whose ID number cannot be read: nobody knows whom they name.
    unidentified: int = 0


class Receive(msgspec.Struct, frozen=True):
    """Take a file in."""

    batch: Batch


class RefuseFile(msgspec.Struct, frozen=True):
    """The file as a whole cannot be taken."""

    problem: FileProblem


class FinishReading(msgspec.Struct, frozen=True):
    """The file was read whole. ``ending_basis_points_max`` is the share of endings that needs no person."""

    counts: Counts
    ending_basis_points_max: int


class Release(msgspec.Struct, frozen=True):
    """A person lets a held batch through."""

    by: str
    reason: str


class Discard(msgspec.Struct, frozen=True):
    """A person throws a held batch away."""

    by: str
    reason: str


class FinishApplying(msgspec.Struct, frozen=True):
    """Every row has its receipt."""

    outcomes: dict[str, int]


Command: TypeAlias = Receive | RefuseFile | FinishReading | Release | Discard | FinishApplying


class BatchReceived(msgspec.Struct, frozen=True):
    batch: Batch


class BatchRefused(msgspec.Struct, frozen=True):
    problem: FileProblem


class BatchRead(msgspec.Struct, frozen=True):
    counts: Counts
    held: bool


class BatchReleased(msgspec.Struct, frozen=True):
    by: str
    reason: str


class BatchDiscarded(msgspec.Struct, frozen=True):
    by: str
    reason: str


class BatchApplied(msgspec.Struct, frozen=True):
    outcomes: dict[str, int]


Event: TypeAlias = BatchReceived | BatchRefused | BatchRead | BatchReleased | BatchDiscarded | BatchApplied


class State(msgspec.Struct, frozen=True):
    """A batch and where it is."""

    batch: Batch
    status: BatchStatus


def decide(command: Command, state: State | None) -> Sequence[Event]:
    """What a command brings about; raises Refused."""
    if isinstance(command, Receive):
        return [] if state is not None and _is_same(command.batch, state.batch) else [BatchReceived(command.batch)]
    if state is None:
        raise batch_unknown()
    match command:
        case RefuseFile(problem=problem):
            _check_status(state, BatchStatus.RECEIVED)
            return [BatchRefused(problem)]
        case FinishReading(counts=counts):
            _check_status(state, BatchStatus.RECEIVED)
            return [BatchRead(counts, must_wait(counts, command.ending_basis_points_max))]
        case Release() | Discard():
            return [_judged(command, state)]
        case FinishApplying(outcomes=outcomes):
            _check_status(state, BatchStatus.APPLYING)
            return [BatchApplied(outcomes)]
        case _:
            assert_never(command)


def evolve(state: State | None, event: Event) -> State | None:
    """The batch after an event."""
    if isinstance(event, BatchReceived):
        return State(event.batch, BatchStatus.RECEIVED)
    assert state is not None, "a batch is received first"
    match event:
        case BatchRefused():
            status = BatchStatus.REFUSED
        case BatchRead(held=held):
            status = BatchStatus.HELD if held else BatchStatus.APPLYING
        case BatchReleased():
            status = BatchStatus.APPLYING
        case BatchDiscarded():
            status = BatchStatus.DISCARDED
        case BatchApplied():
            status = BatchStatus.APPLIED
        case _:
            assert_never(event)
    return State(state.batch, status)


DECIDER: Final[Decider[Command, State | None, Event]] = Decider(None, decide, evolve)


def check_description(sent: FileSent, now: datetime) -> None:
    """Refuse a file that is described wrongly: FEED_DESCRIPTION_WRONG, DATE_IN_FUTURE, CATEGORY_NOT_OWNED."""
    if sent.as_of > now:
        raise Refused("DATE_IN_FUTURE", f"as_of {sent.as_of.isoformat()} is still to come")
    # Groups of low income may belong to different departments, so there each row says whose it is.
    if sent.category is not None and sent.category is not Category.LOW_INCOME:
        check_owned(sent.department, sent.category, None)
    if sent.kind is BatchKind.FULL and (sent.category is None or sent.area is None):
        raise Refused("FEED_DESCRIPTION_WRONG", "a full list needs its category, and the area in which it is whole")
    if sent.kind is BatchKind.DELTA and sent.area is not None:
        raise Refused("FEED_DESCRIPTION_WRONG", "only a full list has an area; leave it out")


def must_wait(counts: Counts, basis_points_max: int) -> bool:
    """Whether a list would end a larger share of what stands than is allowed without a person.

    Also where anyone would be ended while some rows name nobody knows whom: it may be the same person.
    """
    if counts.ending and counts.unidentified:
        return True
    return counts.ending * 10_000 > counts.standing * basis_points_max


def _is_same(sent: Batch, known: Batch) -> bool:
    told = ("sha256", "kind", "category", "area", "as_of")
    if all(getattr(sent, name) == getattr(known, name) for name in told):
        return True
    raise conflict(
        "FEED_BATCH_REUSED",
        f"batch {sent.number} of {sent.department} was received before with another file or another description; "
        "give the new file a number of its own",
        batch=sent.number,
    )


def _judged(command: Release | Discard, state: State) -> Event:
    _check_status(state, BatchStatus.HELD)
    if command.by == state.batch.sent_by:
        raise forbidden(
            "FEED_SAME_PERSON", "this batch waits for another person than the one who sent it", batch=state.batch.number
        )
    if isinstance(command, Release):
        return BatchReleased(command.by, command.reason)
    return BatchDiscarded(command.by, command.reason)


def batch_unknown() -> Refused:
    """The refusal of a batch that nobody sent, or that is another department's."""
    return not_found("FEED_BATCH_UNKNOWN", "there is no such batch")


def _check_status(state: State, wanted: BatchStatus) -> None:
    if state.status is not wanted:
        raise conflict(
            "FEED_BATCH_NOT_IN_STATE",
            f"batch {state.batch.number} is {state.status}, and must be {wanted} for this",
            batch=state.batch.number,
            state=state.status,
        )
