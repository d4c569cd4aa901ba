"""A feed batch: a department's file, from its receipt over reading, and perhaps a human's release, to its end."""

from collections.abc import Sequence
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.feeds.domain.batch import Batch, BatchStatus, Counts, Course, FileTold, must_wait
from identity.intake.domain import FileProblem
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, forbidden, not_found


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
    told: FileTold


class Release(msgspec.Struct, frozen=True):
    """A person lets a held batch through."""

    by: str
    reason: str


class Discard(msgspec.Struct, frozen=True):
    """A person throws a batch away, or stops it where it is being applied."""

    by: str
    reason: str


class FinishApplying(msgspec.Struct, frozen=True):
    """Every row has its receipt; ``warned`` are those that count and have a remark."""

    outcomes: dict[str, int]
    warned: int = 0


class Review(msgspec.Struct, frozen=True):
    """A second person finds a batch right."""

    by: str


class Approve(msgspec.Struct, frozen=True):
    """A third person lets a reviewed batch take effect."""

    by: str


Command: TypeAlias = Review | Approve | Receive | RefuseFile | FinishReading | Release | Discard | FinishApplying


class BatchReceived(msgspec.Struct, frozen=True):
    batch: Batch


class BatchTaken(msgspec.Struct, frozen=True):
    """A batch that is not simply applied. A program that does not know its course cannot read this, and lets it be."""

    batch: Batch


class BatchRefused(msgspec.Struct, frozen=True):
    problem: FileProblem


class BatchRead(msgspec.Struct, frozen=True, omit_defaults=True):
    counts: Counts
    held: bool
    told: FileTold | None = None


class BatchReleased(msgspec.Struct, frozen=True):
    by: str
    reason: str


class BatchReviewed(msgspec.Struct, frozen=True):
    by: str


class BatchApproved(msgspec.Struct, frozen=True):
    by: str


class BatchDiscarded(msgspec.Struct, frozen=True):
    by: str
    reason: str


class BatchCancelled(msgspec.Struct, frozen=True):
    by: str
    reason: str


class BatchApplied(msgspec.Struct, frozen=True, omit_defaults=True):
    outcomes: dict[str, int]
    #: Lines that count and have a remark; batches of before this was counted have none.
    warned: int | None = None


class BatchTried(msgspec.Struct, frozen=True):
    outcomes: dict[str, int]
    warned: int


Event: TypeAlias = (
    BatchReceived
    | BatchTaken
    | BatchRefused
    | BatchRead
    | BatchReleased
    | BatchReviewed
    | BatchApproved
    | BatchDiscarded
    | BatchCancelled
    | BatchApplied
    | BatchTried
)


class State(msgspec.Struct, frozen=True):
    """A batch and where it is. ``turn`` counts the files under its number: a dry run may be followed by others."""

    batch: Batch
    status: BatchStatus
    turn: int = 1
    reviewed_by: str | None = None

    @property
    def is_past_trial(self) -> bool:
        """Whether it was only tried out, and that is over: its number is free for the next file."""
        return self.batch.course is Course.TRIAL and self.status in _OVER


_OVER: Final = frozenset((BatchStatus.TRIED, BatchStatus.REFUSED, BatchStatus.DISCARDED, BatchStatus.CANCELLED))


def decide(command: Command, state: State | None) -> Sequence[Event]:
    """What a command brings about; raises Refused."""
    if isinstance(command, Receive):
        return _received(command.batch, state)
    if state is None:
        raise batch_unknown()
    match command:
        case RefuseFile(problem=problem):
            _check_status(state, BatchStatus.RECEIVED)
            return [BatchRefused(problem)]
        case FinishReading(counts=counts):
            _check_status(state, BatchStatus.RECEIVED)
            held = must_wait(counts, command.ending_basis_points_max) or state.batch.course is Course.UNDO
            return [BatchRead(counts, held, command.told)]
        case Release() | Discard():
            return [_judged(command, state)]
        case Review() | Approve():
            return [_stepped(command, state)]
        case FinishApplying(outcomes=outcomes, warned=warned):
            _check_status(state, BatchStatus.APPLYING)
            is_trial = state.batch.course is Course.TRIAL
            return [BatchTried(outcomes, warned) if is_trial else BatchApplied(outcomes, warned)]
        case _:
            assert_never(command)


def evolve(state: State | None, event: Event) -> State | None:
    """The batch after an event."""
    if isinstance(event, BatchReceived | BatchTaken):
        return State(event.batch, BatchStatus.RECEIVED, 1 if state is None else state.turn + 1)
    assert state is not None, "a batch is received first"
    match event:
        case BatchRefused():
            status = BatchStatus.REFUSED
        case BatchRead(held=held):
            status = _read_as(state.batch, held=held)
        case BatchReleased() | BatchApproved():
            status = BatchStatus.APPLYING
        case BatchReviewed(by=by):
            return msgspec.structs.replace(state, status=BatchStatus.REVIEWED, reviewed_by=by)
        case BatchDiscarded():
            status = BatchStatus.DISCARDED
        case BatchCancelled():
            status = BatchStatus.CANCELLED
        case BatchApplied():
            status = BatchStatus.APPLIED
        case BatchTried():
            status = BatchStatus.TRIED
        case _:
            assert_never(event)
    return msgspec.structs.replace(state, status=status)


def _read_as(batch: Batch, *, held: bool) -> BatchStatus:
    if batch.course is Course.TRIAL:
        return BatchStatus.APPLYING
    # Whoever approves knows of a list that would end many: approval is more than a release.
    if batch.approval:
        return BatchStatus.ENTERED
    return BatchStatus.HELD if held else BatchStatus.APPLYING


DECIDER: Final[Decider[Command, State | None, Event]] = Decider(None, decide, evolve)


def _received(batch: Batch, state: State | None) -> Sequence[Event]:
    if state is not None and not state.is_past_trial and _is_same(batch, state.batch):
        return []
    return [BatchReceived(batch) if batch.is_direct else BatchTaken(batch)]


def _is_same(sent: Batch, known: Batch) -> bool:
    if known.course is Course.TRIAL and sent.course is not Course.TRIAL:
        raise conflict(
            "FEED_BATCH_NOT_IN_STATE",
            f"batch {sent.number} is still being tried out; hand it in when that is over, or discard the dry run",
            batch=sent.number,
        )
    told = ("sha256", "kind", "category", "group", "area", "as_of", "course", "undoes")
    if all(getattr(sent, name) == getattr(known, name) for name in told):
        return True
    raise conflict(
        "FEED_BATCH_REUSED",
        f"batch {sent.number} of {sent.department} was received before with another file or another description; "
        "give the new file a number of its own",
        batch=sent.number,
    )


#: Nobody has let the batch through yet, and whoever sent it may take it back.
_NOTHING_DECIDED: Final = frozenset((BatchStatus.RECEIVED, BatchStatus.ENTERED, BatchStatus.REVIEWED))


def _stepped(command: Review | Approve, state: State) -> Event:
    is_review = isinstance(command, Review)
    _check_status(state, BatchStatus.ENTERED if is_review else BatchStatus.REVIEWED)
    if command.by in {state.batch.sent_by, state.reviewed_by}:
        raise forbidden(
            "FEED_SAME_PERSON",
            "entering, reviewing and approving need three different people (004 七(四))",
            batch=state.batch.number,
        )
    return BatchReviewed(command.by) if is_review else BatchApproved(command.by)


def _judged(command: Release | Discard, state: State) -> Event:
    # Nothing is taken from anybody by what is not applied, so its sender may do without it.
    if isinstance(command, Discard) and state.status in _NOTHING_DECIDED:
        return BatchDiscarded(command.by, command.reason)
    if isinstance(command, Discard) and state.status is BatchStatus.APPLYING:
        return BatchCancelled(command.by, command.reason)
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
