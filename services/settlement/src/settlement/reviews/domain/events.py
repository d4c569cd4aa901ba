"""What can happen to a review item. The finding travels whole, so that every event shows what was looked at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from settlement.reviews.domain.finding import Finding

Decision = Literal["ADJUST", "LEAVE"]
#: The state that a released proposal ends in.
RELEASED: Final[Mapping[Decision, str]] = {"ADJUST": "ADJUSTED", "LEAVE": "LEFT"}


class ReviewOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A fact became known that would have settled a person's year otherwise; the settlements stand (B9.9)."""

    review_id: str
    person_id: str
    area: str
    year: int
    county: str
    finding: Finding


class ReviewRefreshed(ReviewOpened, frozen=True, kw_only=True):
    """The difference came to be another one; what was proposed about the old one has lapsed."""


class ReviewObsolete(msgspec.Struct, frozen=True):
    """No fen differs any more: the fact changed back, or the settlement was revoked."""

    review_id: str
    at: datetime


class ReviewProposed(msgspec.Struct, frozen=True):
    """An operator proposes to pay or claw back the difference, or to leave everything as it is."""

    review_id: str
    decision: Decision
    reason: str
    proposed_by: str
    at: datetime


class ReviewRejected(msgspec.Struct, frozen=True):
    """Another operator does not agree; the item is open again."""

    review_id: str
    reason: str
    rejected_by: str
    at: datetime


class ReviewReleased(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another operator agrees: the difference is paid or clawed back by ``supplements``, or left."""

    review_id: str
    decision: Decision
    proposed_by: str
    released_by: str
    at: datetime
    supplements: tuple[str, ...] = ()


ReviewEvent = ReviewOpened | ReviewRefreshed | ReviewObsolete | ReviewProposed | ReviewRejected | ReviewReleased
