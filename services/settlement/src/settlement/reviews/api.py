"""Reviews over HTTP: facts that became known after settlement, with their exact difference, and what is done."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Query

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    SignedYuan,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    of_division,
    paged,
)
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from law import Standing
from settlement.encounters.domain.events import year_of
from settlement.encounters.domain.refusals import review_unknown
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.reviews.commands.reviews import ReviewCommands
from settlement.reviews.domain.events import Decision, ReviewEvent
from settlement.reviews.domain.finding import BillDifference, LayerDifference
from settlement.reviews.domain.review import Propose, Reject
from settlement.reviews.queries.reviews import ReviewOnFile, ReviewQueries, ReviewRow

Operator = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.OPERATIONS, Role.AGENCY, by_division=True)]
State = Literal["OPEN", "PROPOSED", "ADJUSTED", "LEFT", "OBSOLETE"]


CODES: Final = (
    ErrorCode("REVIEW_UNKNOWN", 404, "No such review"),
    ErrorCode("REVIEW_NOT_OPEN", 409, "The review is closed, or something is proposed already"),
    ErrorCode("REVIEW_NOT_PROPOSED", 409, "Nothing is proposed about the review"),
    ErrorCode("REVIEW_UNDECIDABLE", 409, "The difference cannot be worked out"),
    ErrorCode("REVIEW_SAME_PERSON", 403, "Whoever proposed cannot release"),
    ErrorCode("REVIEW_STALE", 409, "The difference is another one by now"),
)


class ProposalBody(RequestBody, frozen=True):
    """ADJUST pays or claws back the difference, LEAVE keeps everything as it was settled."""

    decision: Decision
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class RejectionBody(RequestBody, frozen=True):
    """Why a proposal is not released."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class LayerCompared(Wire, frozen=True, kw_only=True):
    """One payer's part as it was settled and as it would be now."""

    payer: str
    settled_fen: Yuan
    now_fen: Yuan
    change_fen: SignedYuan
    payout_change_fen: SignedYuan
    clause: str
    funds_settled: tuple[str, ...]
    funds_now: tuple[str, ...]


class BillCompared(Wire, frozen=True, kw_only=True):
    """One bill: ``because`` of the facts themselves, or because of what the year counts after an earlier one."""

    settlement_id: str
    encounter_id: str
    hospital_id: str
    because: str
    category_settled: str | None
    category_now: str | None
    exception_approved_by: tuple[str, ...]
    referral_approved_on: date | None
    found_cause: str | None
    told_fen: dict[str, Yuan]
    layers: tuple[LayerCompared, ...]
    patient_settled_fen: Yuan
    patient_now_fen: Yuan
    patient_change_fen: SignedYuan
    payout_change_fen: SignedYuan
    accumulators_now_fen: dict[str, Yuan]


class ReviewStep(Wire, frozen=True):
    """Something that happened to the item."""

    what: str
    at: datetime
    by: str | None = None
    decision: str | None = None
    reason: str | None = None


class ReviewAnswer(Wire, frozen=True, kw_only=True):
    """A review item whole: the fact, every bill that it changes, and what happened. ``undecidable`` says why the
    difference cannot be worked out."""

    item: ReviewRow
    standing_settled: Standing
    standing_now: Standing
    deceased_on: date | None
    undecidable: str | None
    bills: tuple[BillCompared, ...]
    history: tuple[ReviewStep, ...]


class ReviewDecided(Wire, frozen=True):
    """The item's state after the command, and the supplements that pay or claw back the difference."""

    review_id: str
    state: str
    supplements: tuple[str, ...] = ()


def reviews(commands: ReviewCommands, queries: ReviewQueries, requests: Requests) -> Router:
    """The routes of /v1/reviews."""
    router = Router(prefix="/v1/reviews", tags=["reviews"])
    of_review = of_division("review_id", queries.county_of_review)
    _add_reading(router, queries, of_review)
    _add_deciding(router, commands, requests, of_review)
    return router


def reviews_of_settlement(queries: ReviewQueries, places: EncounterQueries) -> Router:
    """The route of /v1/settlements/{settlement_id}/reviews."""
    of_settlement = of_division("settlement_id", places.county_of_settlement)
    router = Router(prefix="/v1/settlements", tags=["reviews"], dependencies=[of_settlement])

    @router.get("/{settlement_id}/reviews")
    async def list_reviews_of_settlement(settlement_id: str, caller: Reader) -> Json[tuple[ReviewRow, ...]]:
        """The review items that a settlement has had, also for its hospital; at most a hundred."""
        found = await places.settlement(settlement_id, caller.own_hospital)
        records = [found.settlement.person_id, year_of(found.settlement)]
        return answer(tuple(await queries.of_settlement(settlement_id, records)))

    return router


def _add_reading(router: Router, queries: ReviewQueries, of_review: Any) -> None:
    @router.get("")
    async def list_reviews(
        caller: Operator,
        page: ById,
        state: Annotated[State, Query(description="How far they have come")] = "OPEN",
    ) -> Json[Page[ReviewRow]]:
        """Review items in a state."""
        found = await queries.reviews(state, caller.division_patterns, after_of(page), page.limit + 1)
        return paged(found, page, "review_id")

    @router.get("/{review_id}", dependencies=[of_review])
    async def get_review(review_id: str, _caller: Operator) -> Json[ReviewAnswer]:
        """One item with the full difference, per layer and per later bill."""
        found = await queries.review(review_id)
        if found is None:
            raise review_unknown(review_id)
        return answer(_answer(found))


def _add_deciding(router: Router, commands: ReviewCommands, requests: Requests, of_review: Any) -> None:
    @router.post("/{review_id}/proposal", status_code=201, dependencies=[of_review])
    async def propose(
        review_id: str, caller: Operator, command: Sent[ProposalBody], key: IdempotencyKey
    ) -> Json[ReviewDecided]:
        """Propose to pay or claw back the difference, or to leave it; somebody else must release that."""
        context = requests.by(caller, key)
        proposal = Propose(review_id, command.decision, command.reason, context.actor, context.now)
        return answered(await commands.decide(context, proposal))

    @router.post("/{review_id}/release", status_code=201, dependencies=[of_review])
    async def release(review_id: str, caller: Operator, key: IdempotencyKey) -> Json[ReviewDecided]:
        """Agree with somebody else's proposal. The difference is decided once more; if it is another one by now,
        nothing is written but the item, which is open again with what holds now."""
        return answered(await commands.release(requests.by(caller, key), review_id))

    @router.post("/{review_id}/rejection", status_code=201, dependencies=[of_review])
    async def reject(
        review_id: str, caller: Operator, command: Sent[RejectionBody], key: IdempotencyKey
    ) -> Json[ReviewDecided]:
        """Disagree with somebody else's proposal; the item is open again."""
        context = requests.by(caller, key)
        rejection = Reject(review_id, command.reason, context.actor, context.now)
        return answered(await commands.decide(context, rejection))


def _answer(found: ReviewOnFile) -> ReviewAnswer:
    finding = found.finding
    return ReviewAnswer(
        item=found.item,
        standing_settled=finding.old,
        standing_now=finding.new,
        deceased_on=finding.deceased_on,
        undecidable=finding.undecidable,
        bills=tuple(_bill(bill) for bill in finding.bills),
        history=tuple(_step(event) for event in found.history),
    )


def _bill(bill: BillDifference) -> BillCompared:
    return BillCompared(
        settlement_id=bill.settlement_id,
        encounter_id=bill.encounter_id,
        hospital_id=bill.hospital_id,
        because=bill.because,
        category_settled=bill.category_before,
        category_now=bill.category_after,
        exception_approved_by=bill.approved_by,
        referral_approved_on=bill.referral_approved_on,
        found_cause=bill.found_cause,
        told_fen={payer: Yuan(fen) for payer, fen in bill.told_fen.items()},
        layers=tuple(_layer(layer) for layer in bill.layers),
        patient_settled_fen=Yuan(bill.patient_before_fen),
        patient_now_fen=Yuan(bill.patient_after_fen),
        patient_change_fen=SignedYuan(bill.patient_after_fen - bill.patient_before_fen),
        payout_change_fen=SignedYuan(bill.payout_after_fen - bill.payout_before_fen),
        accumulators_now_fen={name: Yuan(fen) for name, fen in bill.accumulators_fen.items()},
    )


def _layer(layer: LayerDifference) -> LayerCompared:
    return LayerCompared(
        payer=layer.payer,
        settled_fen=Yuan(layer.before_fen),
        now_fen=Yuan(layer.after_fen),
        change_fen=SignedYuan(layer.after_fen - layer.before_fen),
        payout_change_fen=SignedYuan(layer.payout_after_fen - layer.payout_before_fen),
        clause=layer.clause,
        funds_settled=layer.funds_before,
        funds_now=layer.funds_after,
    )


def _step(event: ReviewEvent) -> ReviewStep:
    who = ("proposed_by", "rejected_by", "released_by")
    by = next((getattr(event, name) for name in reversed(who) if hasattr(event, name)), None)
    at = event.finding.noticed_at if hasattr(event, "finding") else event.at
    decision, reason = getattr(event, "decision", None), getattr(event, "reason", None)
    return ReviewStep(what=type(event).__name__, at=at, by=by, decision=decision, reason=reason)
