"""What people decide about a batch, over HTTP: release, discard, review, approval, and taking it back."""

from typing import Annotated, TypeAlias

import msgspec

from identity.feeds.api.callers import BatchAccepted, Judge, found_batch, own_or_any
from identity.feeds.commands.batches import FeedCommands, Undoing
from identity.feeds.domain.feed import Approve, Discard, Release, Review
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries
from identity.persons.domain.approval import ApprovalRules
from kernel.http import Idempotency, IdempotencyKey, Json, RequestBody, Router, Sent, allow, answered
from kernel.security import Principal, Role

Administrator = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Reason = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
Decision: TypeAlias = Release | Discard | Review | Approve


class JudgementBody(RequestBody, frozen=True):
    """Why a held batch is let through, or thrown away."""

    reason: Reason


class UndoBody(RequestBody, frozen=True):
    """The number of the batch that takes another one back, and why."""

    number: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$")]
    reason: Reason


def judged_batches(commands: FeedCommands, queries: FeedQueries, rules: ApprovalRules) -> Router:
    """The routes under which people decide about a batch."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    async def judge(
        caller: Principal, key: Idempotency, batch: FeedBatchAnswer, command: Decision
    ) -> Json[BatchAccepted]:
        department = own_or_any(caller, batch.department)
        return answered(await commands.judge(caller, key, department, batch.number, command))

    @router.post("/{department}/batches/{number}/release")
    async def release(
        department: str, number: str, caller: Judge, command: Sent[JudgementBody], key: IdempotencyKey
    ) -> Json[BatchAccepted]:
        """Let a held batch through; another person than its sender."""
        batch = await found_batch(queries, caller, department, number)
        return await judge(caller, key, batch, Release(caller.subject, command.reason))

    @router.post("/{department}/batches/{number}/discard")
    async def discard(
        department: str, number: str, caller: Judge, command: Sent[JudgementBody], key: IdempotencyKey
    ) -> Json[BatchAccepted]:
        """Throw a batch away that waits (a held one: another person than its sender), or stop one that is applied."""
        batch = await found_batch(queries, caller, department, number)
        return await judge(caller, key, batch, Discard(caller.subject, command.reason))

    @router.post("/{department}/batches/{number}/review")
    async def review(department: str, number: str, caller: Judge, key: IdempotencyKey) -> Json[BatchAccepted]:
        """Find an entered batch right: somebody else than its sender, of the same department or the agency."""
        batch = await found_batch(queries, caller, department, number)
        return await judge(caller, key, batch, Review(caller.subject))

    @router.post("/{department}/batches/{number}/approval")
    async def approve(department: str, number: str, caller: Administrator, key: IdempotencyKey) -> Json[BatchAccepted]:
        """Approve a reviewed batch as a third person, the system administrator of its counties: it takes effect."""
        batch = await found_batch(queries, caller, department, number)
        rules.check_administrator_of([batch.area] if batch.area else batch.divisions or [], caller.subject)
        return await judge(caller, key, batch, Approve(caller.subject))

    @router.post("/{department}/batches/{number}/undo", status_code=202)
    async def undo(
        department: str, number: str, caller: Judge, command: Sent[UndoBody], key: IdempotencyKey
    ) -> Json[BatchAccepted]:
        """Take back what a batch did, as a batch of its own number, which waits for another person."""
        batch = await found_batch(queries, caller, department, number)
        own = own_or_any(caller, department)
        areas = [batch.area] if batch.area else batch.divisions or []
        by_three = batch.approval or rules.needs_approval(own, areas, commands.today)
        how = Undoing(command.number, command.reason, True if by_three else None)
        return answered(await commands.undo(caller, key, own, batch.number, how))

    return router
