"""Delays of entries: how long each step took, in hours begun (004 七(四): reviewed and approved at once)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from identity.entries.domain.entry import Entry, EntryState
from kernel.values.china_time import china_date

_HOUR: Final = timedelta(hours=1)


class Step(StrEnum):
    """Which stretch of an entry's way is measured."""

    REVIEW = "REVIEW"  # from the latest wording to the review
    APPROVAL = "APPROVAL"  # from the review to the approval
    WHOLE = "WHOLE"  # from the first wording to the approval


class Delay(msgspec.Struct, frozen=True):
    """One step's delay: whole hours, an hour begun counts; ``month`` is that of the step's end in China."""

    step: Step
    month: str
    hours: int


def delays_of(entry: Entry) -> Iterator[Delay]:
    """The delays that the step which led to this entry brought."""
    if entry.state is EntryState.REVIEWED and entry.reviewed_at is not None:
        yield _delay(Step.REVIEW, entry.submitted_at, entry.reviewed_at)
    if entry.state is EntryState.APPROVED and entry.reviewed_at is not None and entry.decided_at is not None:
        yield _delay(Step.APPROVAL, entry.reviewed_at, entry.decided_at)
        yield _delay(Step.WHOLE, entry.entered_at, entry.decided_at)


def _delay(step: Step, start: datetime, end: datetime) -> Delay:
    # Clocks of two servers may disagree by a moment; nothing ends before it began.
    hours = max(0, -((start - end) // _HOUR))
    return Delay(step, f"{china_date(end):%Y-%m}", hours)
