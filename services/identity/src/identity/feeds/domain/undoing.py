"""Undoing: what a batch said of a person is taken back, unless somebody said something newer since."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from identity.feeds.domain.batch import Batch, BatchStatus
from identity.feeds.domain.feed import State, batch_unknown
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, Membership
from identity.persons.domain.moving import last_move, move
from identity.persons.domain.person import DeathRecorded, MembershipCorrected
from identity.persons.domain.statement import stated_at
from identity.persons.domain.withdrawing import withdraw
from kernel.values.refusals import conflict


class Undone(msgspec.Struct, frozen=True):
    """What taking a batch back comes to for one person. ``is_newer``: somebody said something newer of a part of it."""

    events: tuple[Any, ...]
    is_newer: bool
    death_stays: bool


def check_may_be_undone(state: State | None) -> Batch:
    """The batch, where there is something of it to be taken back.

    Raises FEED_BATCH_UNKNOWN, FEED_BATCH_NOT_IN_STATE.
    """
    if state is None:
        raise batch_unknown()
    if state.batch.course is not None or state.status not in (BatchStatus.APPLIED, BatchStatus.CANCELLED):
        raise conflict(
            "FEED_BATCH_NOT_IN_STATE",
            f"batch {state.batch.number} is {state.status}; only a file of which something was applied is taken back",
            batch=state.batch.number,
            state=state.status,
        )
    return state.batch


def undo(batch: Batch, past: Sequence[Any]) -> Undone:
    """Bring what the batch's department says of a person back to what it was before the batch.

    A membership that was changed since stays as it is. The person stays registered, and a death stays recorded: who
    reported it corrects it.
    """
    marks = {_mark(stated_at(batch.as_of, batch.number, at)) for at in (batch.received_at, None)}
    standings = [event.entitlement for event in past]
    said = [place for place, standing in enumerate(standings) if _marked(batch, marks, standing)]
    if not said:
        return Undone((), is_newer=False, death_stays=False)
    first = _beginning(batch, marks, past, said[0])
    last = max(place for place in said if place == said[0] or _says_more(batch, marks, standings, place))
    before = _own(batch, standings[first - 1]) if first else {}
    events, is_newer = _restored(before, _own(batch, standings[last]), standings[-1], batch)
    death_stays = any(isinstance(event, DeathRecorded) for event in past[first : last + 2])
    return Undone(tuple(events), is_newer=is_newer, death_stays=death_stays)


def undo_move(batch: Batch, past: Sequence[Any], now: Entitlement) -> Sequence[Any]:
    """Bring a person back whom the batch moved, unless they moved again."""
    moved = last_move(past)
    if moved is None or moved.told_by != batch.department.value or moved.entitlement.county != now.county:
        return ()
    return move(now, moved.formerly, batch.department.value)


def _mark(stated: str) -> str:
    """What tells whose statement it is: a list may count as of the moment of a newer one (``CountyLists.timed``)."""
    return stated.partition("/")[2]


def _marked(batch: Batch, marks: set[str], standing: Entitlement) -> bool:
    return any(_mark(m.stated) in marks for m in _own(batch, standing).values())


def _says_more(batch: Batch, marks: set[str], standings: Sequence[Entitlement], place: int) -> bool:
    """Whether an event brings a membership as the batch says it, and not only keeps it."""
    before, after = _own(batch, standings[place - 1]), _own(batch, standings[place])
    return any(_mark(m.stated) in marks and before.get(i) != m for i, m in after.items())


def _beginning(batch: Batch, marks: set[str], past: Sequence[Any], first: int) -> int:
    """The first event of the batch: the membership before the one that it says was cut the day before it begins."""
    ends = {
        m.valid_from - timedelta(days=1)
        for m in _own(batch, past[first].entitlement).values()
        if _mark(m.stated) in marks
    }
    before = past[first - 1] if first else None
    if isinstance(before, MembershipCorrected) and before.entitlement.membership(before.membership_id).valid_to in ends:
        return first - 1
    return first


def _restored(
    before: dict[str, Membership], after: dict[str, Membership], now: Entitlement, batch: Batch
) -> tuple[list[Any], bool]:
    events: list[Any] = []
    is_newer = False
    standing = _own(batch, now)
    changed = [i for i, m in after.items() if before.get(i) != m]
    untouched = [i for i in changed if standing.get(i) == after[i]]
    # What it began goes first, so that what it had cut off finds its days free again.
    for membership_id in sorted(untouched, key=lambda i: i in before):
        old = before.get(membership_id)
        if old is None:
            events += withdraw(now, standing[membership_id])
        else:
            events.append(
                MembershipCorrected(membership_id, CorrectionReason.ENTERED_WRONGLY, now.with_membership(old))
            )
        now = events[-1].entitlement
    is_newer = len(untouched) < len(changed)
    return events, is_newer


def _own(batch: Batch, standing: Entitlement) -> dict[str, Membership]:
    return {m.membership_id: m for m in standing.memberships if m.department is batch.department}
