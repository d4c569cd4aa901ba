"""The review item: a late fact and its exact difference, proposed on by one operator and released by another."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import conflict, forbidden
from settlement.encounters.domain.refusals import review_unknown
from settlement.reviews.domain import events
from settlement.reviews.domain.events import Decision, ReviewEvent
from settlement.reviews.domain.finding import Finding


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Take note of what deciding a person's year again came to; ``finding`` is None where no fen differs."""

    review_id: str
    person_id: str
    area: str
    year: int
    county: str
    finding: Finding | None
    at: datetime


class Propose(msgspec.Struct, frozen=True):
    """Propose what to do about the difference."""

    review_id: str
    decision: Decision
    reason: str
    proposed_by: str
    now: datetime


class Reject(msgspec.Struct, frozen=True):
    """Disagree with a proposal."""

    review_id: str
    reason: str
    rejected_by: str
    now: datetime


class Release(msgspec.Struct, frozen=True):
    """Agree with a proposal. ``finding`` is the difference as it comes out now; ``supplements`` make it good."""

    review_id: str
    released_by: str
    finding: Finding | None
    supplements: tuple[str, ...]
    now: datetime


ReviewCommand = Note | Propose | Reject | Release


class Unopened(msgspec.Struct, frozen=True):
    """Nothing was found yet."""


class Item(msgspec.Struct, frozen=True):
    """An open item; ``proposal`` is set while another operator is to decide about it."""

    opened: events.ReviewOpened | events.ReviewRefreshed
    proposal: events.ReviewProposed | None = None


class Closed(msgspec.Struct, frozen=True):
    """Nothing is to be done; a later fact may open it again."""

    opened: events.ReviewOpened | events.ReviewRefreshed
    how: events.ReviewObsolete | events.ReviewReleased


ReviewState = Unopened | Item | Closed


def decide(command: ReviewCommand, state: ReviewState) -> Sequence[ReviewEvent]:
    """What a command brings about.

    Raises Refused REVIEW_UNKNOWN, REVIEW_NOT_OPEN, REVIEW_NOT_PROPOSED, REVIEW_UNDECIDABLE, REVIEW_SAME_PERSON or
    REVIEW_STALE.
    """
    match command:
        case Note():
            return _note(command, state)
        case Propose():
            return _propose(command, open_item(command.review_id, state))
        case Reject():
            proposal = _proposal(open_item(command.review_id, state), command.rejected_by)
            return (events.ReviewRejected(proposal.review_id, command.reason, command.rejected_by, command.now),)
        case Release():
            return _release(command, open_item(command.review_id, state))
        case _:
            assert_never(command)


def _note(command: Note, state: ReviewState) -> Sequence[ReviewEvent]:
    about = {name: getattr(command, name) for name in ("review_id", "person_id", "area", "year", "county")}
    match state, command.finding:
        case Item(), None:
            return (events.ReviewObsolete(command.review_id, command.at),)
        case Item(opened=opened), Finding() as finding:
            if not finding.differs_from(opened.finding):
                return ()
            return (events.ReviewRefreshed(**about, finding=_first_noticed(finding, opened.finding)),)
        case _, Finding() as finding:
            return (events.ReviewOpened(**about, finding=finding),)
        case _:
            return ()


def _first_noticed(finding: Finding, before: Finding) -> Finding:
    """The moment of the fact stays where only the bills changed since."""
    if finding.identity_revision != before.identity_revision:
        return finding
    return msgspec.structs.replace(finding, noticed_at=before.noticed_at)


def open_item(review_id: str, state: ReviewState) -> Item:
    """The item, if it is open; raises Refused REVIEW_NOT_OPEN or REVIEW_UNKNOWN."""
    match state:
        case Item():
            return state
        case Closed():
            detail = f"review {review_id} is closed; there is nothing left to decide"
            raise conflict("REVIEW_NOT_OPEN", detail, review=review_id)
        case Unopened():
            raise review_unknown(review_id)
        case _:
            assert_never(state)


def _propose(command: Propose, item: Item) -> Sequence[ReviewEvent]:
    if item.proposal is not None:
        decision = item.proposal.decision
        detail = f"{decision} was proposed about review {command.review_id}; it must be released or rejected"
        raise conflict("REVIEW_NOT_OPEN", detail, review=command.review_id)
    undecidable = item.opened.finding.undecidable
    if undecidable is not None and command.decision == "ADJUST":
        raise conflict(
            "REVIEW_UNDECIDABLE",
            f"the difference of review {command.review_id} cannot be worked out ({undecidable}); "
            "mend the fact first, or leave the settlement as it is",
            review=command.review_id,
        )
    return (
        events.ReviewProposed(command.review_id, command.decision, command.reason, command.proposed_by, command.now),
    )


def _proposal(item: Item, by: str) -> events.ReviewProposed:
    """The proposal that ``by`` may decide about: another person's."""
    proposal, review_id = item.proposal, item.opened.review_id
    if proposal is None:
        detail = f"nothing is proposed about review {review_id}; propose first"
        raise conflict("REVIEW_NOT_PROPOSED", detail, review=review_id)
    if proposal.proposed_by == by:
        detail = f"{by} proposed this about review {review_id}; somebody else must release or reject it"
        raise forbidden("REVIEW_SAME_PERSON", detail, review=review_id)
    return proposal


def _release(command: Release, item: Item) -> Sequence[ReviewEvent]:
    proposal = _proposal(item, command.released_by)
    if command.finding is None or command.finding.differs_from(item.opened.finding):
        raise conflict(
            "REVIEW_STALE",
            f"the difference of review {command.review_id} is another one by now, so nothing was released; "
            "look at it again and propose anew",
            review=command.review_id,
        )
    return (
        events.ReviewReleased(
            review_id=command.review_id,
            decision=proposal.decision,
            proposed_by=proposal.proposed_by,
            released_by=command.released_by,
            at=command.now,
            supplements=command.supplements if proposal.decision == "ADJUST" else (),
        ),
    )


def evolve(state: ReviewState, event: ReviewEvent) -> ReviewState:
    """The state after an event."""
    match event:
        case events.ReviewOpened() | events.ReviewRefreshed():
            return Item(event)
        case events.ReviewProposed():
            assert isinstance(state, Item)
            return Item(state.opened, event)
        case events.ReviewRejected():
            assert isinstance(state, Item)
            return Item(state.opened)
        case events.ReviewObsolete() | events.ReviewReleased():
            assert isinstance(state, Item)
            return Closed(state.opened, event)
        case _:
            assert_never(event)


DECIDER: Decider[ReviewCommand, ReviewState, ReviewEvent] = Decider(Unopened(), decide, evolve)
