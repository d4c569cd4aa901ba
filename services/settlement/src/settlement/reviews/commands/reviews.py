"""What operators do about review items: one proposes, another releases or rejects."""

from contextlib import suppress
from functools import cached_property

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store import ConcurrencyError, StreamAppend
from settlement.encounters.domain import encounter
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.commands import Supplement
from settlement.encounters.domain.readjudication import Correction
from settlement.reviews.commands.looking import Found, Reviewing, found_in
from settlement.reviews.domain.events import RELEASED, ReviewReleased
from settlement.reviews.domain.review import DECIDER, Item, Propose, Reject, Release, open_item
from settlement.reviews.queries.person_years import PersonYearFiles, SettledBill
from settlement.years.queries import YearQueries


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
        return msgspec.structs.replace(year, balances_fen=balances, version=year.version + 1)


class ReviewCommands:
    """The commands of reviews, one method each."""

    def __init__(self, runtime: Runtime, years: YearQueries) -> None:
        self._runtime = runtime
        self._years = years

    @cached_property
    def _files(self) -> PersonYearFiles:
        # Kept for the law that it has read.
        return PersonYearFiles(self._runtime.parts.registry)

    async def decide(self, context: CommandContext, command: Propose | Reject) -> Answered:
        """Propose to pay or claw back the difference, or to leave it; or disagree with somebody else's proposal."""
        review_id = command.review_id
        body = {"review_id": review_id, "state": "PROPOSED" if isinstance(command, Propose) else "OPEN"}
        path = self._runtime.path
        return await path.decide(context, DECIDER, f"review/{review_id}", command, lambda _d: body, status=201)

    async def release(self, context: CommandContext, review_id: str) -> Answered:
        """Agree with somebody else's proposal: the difference is decided once more, and paid or clawed back."""
        try:
            return await self._runtime.path.run(context, lambda: self._release(context, review_id))
        except Refused as refused:
            if refused.code == "REVIEW_STALE":
                await self._look_again(context, review_id)
            raise

    async def _release(self, context: CommandContext, review_id: str) -> Outcome:
        stream, state = await self._runtime.path.standing(DECIDER, f"review/{review_id}")
        item = open_item(review_id, state)
        again = await self._decide_again(item)
        ids = tuple(bill.next_supplement_id for _, bill in again.planned)
        command = Release(review_id, context.actor, again.found.finding, ids, context.now)
        decision = decided(DECIDER, stream, item, command)
        released = decision.events[0]
        assert isinstance(released, ReviewReleased)
        appends = [decision.append]
        if released.supplements:
            appends += [_supplement(context, again, review_id, correction, bill) for correction, bill in again.planned]
        body = {"review_id": review_id, "state": RELEASED[released.decision], "supplements": released.supplements}
        return Outcome(tuple(appends), body, 201, item.opened.person_id)

    async def _decide_again(self, item: Item) -> _Again:
        opened = item.opened
        # The year first: whatever is settled or revoked after this look makes the release start over.
        year = await self._years.benefit_year(opened.person_id, opened.area, opened.year)
        assert year is not None, "who was settled has a benefit year"
        files = await self._files.of(self._runtime.store.pool, {opened.person_id: opened.finding.noticed_at})
        person = files[opened.person_id]
        assert person.known is not None, "what was found rests on what identity told"
        key = (opened.area, opened.year)
        return _Again(found_in(person, key), person.years.get(key, ()), year, person.known.revision)

    async def _look_again(self, context: CommandContext, review_id: str) -> None:
        """Bring a stale item up to date at once. Whoever changes it at the same moment does the same."""
        _, state = await self._runtime.path.standing(DECIDER, f"review/{review_id}")
        if not isinstance(state, Item):
            return
        # The release was refused; what the service notes because of it is its own.
        cause = msgspec.structs.replace(
            context, actor="settlement", causation_id=str(context.command_id), id=context.command_id
        )
        store, path = self._runtime.store, self._runtime.path
        with suppress(ConcurrencyError):
            async with store.pool.acquire() as connection, connection.transaction():
                await Reviewing(path, self._files).look_at(connection, {state.opened.person_id: cause})
        store.appended.set()


def _supplement(
    context: CommandContext, again: _Again, review_id: str, correction: Correction, bill: SettledBill
) -> StreamAppend:
    command = Supplement(
        supplement_id=bill.next_supplement_id,
        review_id=review_id,
        correction=correction,
        identity_revision=again.identity_revision,
        now=context.now,
        year_after=again.year_after,
    )
    return decided(encounter.DECIDER, bill.stream, bill.state, command).append
