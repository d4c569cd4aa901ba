"""What operators do about review items: one proposes, another releases or rejects."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec

from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import ConcurrencyError, StreamAppend
from settlement.encounters.domain import encounter
from settlement.encounters.domain.commands import Supplement
from settlement.encounters.domain.readjudication import Correction
from settlement.encounters.queries.encounters import Queries
from settlement.reviews.commands.looking import Found, Reviewing, found_in
from settlement.reviews.domain.events import Decision, ReviewReleased
from settlement.reviews.domain.review import DECIDER, Item, Propose, Reject, Release, ReviewCommand, open_item
from settlement.reviews.queries.person_years import PersonYearFiles, SettledBill
from settlement.years.commands import Cause
from settlement.years.domain.benefit_year import BenefitYear

_STATES: Final = {"ADJUST": "ADJUSTED", "LEAVE": "LEFT"}


class _Again(msgspec.Struct, frozen=True):
    """A year decided again: what was found, on which bills, and how the benefit year stands."""

    found: Found
    bills: tuple[SettledBill, ...]
    year: BenefitYear
    identity_revision: int

    @property
    def planned(self) -> list[tuple[Correction, SettledBill]]:
        """Each correction with its bill, in the order of settlement."""
        bills = {bill.on_file.decided.settlement_id: bill for bill in self.bills}
        return [(correction, bills[correction.settlement_id]) for correction in self.found.corrections]

    @property
    def year_after(self) -> BenefitYear:
        """How the year stands when all corrections are made: as the last bill leaves it."""
        year, last = self.year, self.bills[-1].on_file.decided.settlement_id
        corrected = (c.after.after_fen for c in self.found.corrections if c.settlement_id == last)
        balances = next(corrected, year.balances_fen)
        return BenefitYear(year.person_id, year.area, year.year, balances, year.version + 1, year.latest_settlement)


class ReviewHandlers:
    """The commands of reviews, one method each."""

    def __init__(self, runtime: Runtime, queries: Queries, clock: Clock) -> None:
        self._runtime = runtime
        self._queries = queries
        self._clock = clock

    @cached_property
    def _files(self) -> PersonYearFiles:
        # Made once the store is there, and kept for the law that it has read.
        return PersonYearFiles(self._runtime.store)

    async def propose(
        self, caller: Principal, key: Idempotency, review_id: str, decision: Decision, reason: str
    ) -> Answered:
        """Propose to pay or claw back the difference, or to leave it."""
        return await self._command(
            caller, key, review_id, "PROPOSED", lambda now: Propose(review_id, decision, reason, caller.subject, now)
        )

    async def reject(self, caller: Principal, key: Idempotency, review_id: str, reason: str) -> Answered:
        """Disagree with somebody else's proposal."""
        return await self._command(
            caller, key, review_id, "OPEN", lambda now: Reject(review_id, reason, caller.subject, now)
        )

    async def release(self, caller: Principal, key: Idempotency, review_id: str) -> Answered:
        """Agree with somebody else's proposal: the difference is decided once more, and paid or clawed back."""
        context = self._context(caller, key)
        try:
            return await self._runtime.path.run(context, lambda: self._release(context, review_id))
        except Refused as refused:
            if refused.code == "REVIEW_STALE":
                await self._look_again(context, review_id)
            raise

    async def _command(
        self,
        caller: Principal,
        key: Idempotency,
        review_id: str,
        state: str,
        command: Callable[[datetime], ReviewCommand],
    ) -> Answered:
        context = self._context(caller, key)

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"review/{review_id}")
            events = tuple(DECIDER.decide(command(context.now), DECIDER.fold(past)))
            return Outcome((StreamAppend(stream, events),), {"review_id": review_id, "state": state}, 201, review_id)

        return await self._runtime.path.run(context, attempt)

    async def _release(self, context: CommandContext, review_id: str) -> Outcome:
        stream, past = await self._runtime.store.load(f"review/{review_id}")
        item = open_item(review_id, DECIDER.fold(past))
        again = await self._decide_again(item)
        ids = tuple(_supplement_id(bill) for _, bill in again.planned)
        command = Release(review_id, context.actor, again.found.finding, ids, context.now)
        events = tuple(DECIDER.decide(command, item))
        released = events[0]
        assert isinstance(released, ReviewReleased)
        appends = [StreamAppend(stream, events)]
        if released.supplements:
            appends += [_supplement(context, again, review_id, correction, bill) for correction, bill in again.planned]
        body = {"review_id": review_id, "state": _STATES[released.decision], "supplements": released.supplements}
        return Outcome(tuple(appends), body, 201, item.opened.person_id)

    async def _decide_again(self, item: Item) -> _Again:
        opened = item.opened
        # The year first: whatever is settled or revoked after this look makes the release start over.
        year = await self._queries.benefit_year(opened.person_id, opened.area, opened.year)
        assert year is not None, "who was settled has a benefit year"
        person = await self._files.of(opened.person_id, opened.finding.noticed_at)
        assert person.known is not None, "what was found rests on what identity told"
        key = (opened.area, opened.year)
        return _Again(found_in(person, key), person.years.get(key, ()), year, person.known.revision)

    async def _look_again(self, context: CommandContext, review_id: str) -> None:
        """Bring a stale item up to date at once. Whoever changes it at the same moment does the same."""
        _, past = await self._runtime.store.load(f"review/{review_id}")
        state = DECIDER.fold(past)
        if not isinstance(state, Item):
            return
        cause = Cause(str(context.command_id), context.now, context.correlation_id)
        person_id = state.opened.person_id
        store = self._runtime.store
        with suppress(ConcurrencyError):
            async with store.pool.acquire() as connection, connection.transaction():
                await Reviewing(store, self._files).look_at(connection, {person_id: cause})
        store.appended.set()

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)


def _supplement_id(bill: SettledBill) -> str:
    return f"{bill.state.settlement.settlement_id}-supplement-{len(bill.state.supplements) + 1}"


def _supplement(
    context: CommandContext, again: _Again, review_id: str, correction: Correction, bill: SettledBill
) -> StreamAppend:
    command = Supplement(
        _supplement_id(bill), review_id, correction, again.identity_revision, context.now, again.year_after
    )
    return StreamAppend(bill.stream, tuple(encounter.DECIDER.decide(command, bill.state)))
