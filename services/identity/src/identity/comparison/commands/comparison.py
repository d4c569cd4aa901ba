"""Commands of the monthly comparison: compare, push, place people in townships, and work off the list."""

from datetime import date
from uuid import uuid5

from identity.comparison.domain import comparison, mobilisation
from identity.comparison.domain.comparison import MakeComparison, PushComparison, due_on, figures_of
from identity.comparison.domain.mobilisation import Assign, Visit, VisitOutcome
from identity.comparison.domain.township import record
from identity.comparison.queries.comparison import ComparisonQueries, Lists
from identity.comparison.queries.payment_lists import PaymentListQueries
from identity.comparison.queries.work_list import WorkListQueries
from identity.enrolment.domain.payers import Payer, to_be_registered
from identity.persons.domain.person import person_unknown
from identity.persons.queries.persons import PersonQueries, PersonRow
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary

_CREATED = 201


class ComparisonHandlers:
    """Commands of the comparison and its work list, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, clock: Clock) -> None:
        self._runtime = runtime
        self._library = library
        self._clock = clock
        self._persons = PersonQueries(runtime)
        self._queries = ComparisonQueries(runtime)
        self._payment_lists = PaymentListQueries(runtime)
        self._work_list = WorkListQueries(runtime)

    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

    async def compare(self, caller: Principal, key: Idempotency, area: str, prefix: str, month: str) -> Answered:
        """Compare the lists of an area as they stand today, and keep the figures.

        With the newest payment list of the month that speaks for the whole area; where there is none, the enrolments
        here stand for it.
        """
        context = self._context(caller, key)
        comparison_id = str(uuid5(context.command_id, "comparison"))
        today = china_date(context.now)
        year = int(month[:4])

        async def attempt() -> Outcome:
            list_id = await self._payment_lists.counting(area, month)
            figures = figures_of(await self._queries.counts(Lists(prefix, today, year, list_id)))
            due = self._due_on(area, month, today)
            command = MakeComparison(comparison_id, area, month, due, figures, caller.subject, today, list_id)
            return await self._comparison(comparison_id, command, _CREATED)

        return await self._runtime.path.run(context, attempt)

    def to_be_registered(self, county: str, on: date) -> tuple[Payer, ...]:
        """The ways into a category whose people are on the work list of a county."""
        return to_be_registered(self._library.candidates(county, on))

    async def push(self, caller: Principal, key: Idempotency, comparison_id: str) -> Answered:
        """Push a comparison's result to the areas below."""
        command = PushComparison(caller.subject, self.today())
        return await self._runtime.path.run(
            self._context(caller, key), lambda: self._comparison(comparison_id, command, 200)
        )

    async def place(self, caller: Principal, key: Idempotency, person_id: str, township: str) -> Answered:
        """Say in which township a person lives."""

        async def attempt() -> Outcome:
            person = await self._person(person_id)
            stream, _ = await self._runtime.store.load(f"township/{person_id}")
            placed = record(person_id, person.county, township)
            body = {"person_id": person_id, "township": township}
            return Outcome((StreamAppend(stream, (placed,)),), body, contended=person_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def assign(
        self, caller: Principal, key: Idempotency, person_id: str, year: int, responsible: str
    ) -> Answered:
        """Make somebody responsible for a person's enrolment."""

        async def attempt() -> Outcome:
            person = await self._person(person_id)
            today = self.today()
            ways = self.to_be_registered(person.county, today)
            on_list = await self._work_list.holds(person_id, person.county, today, year, ways)
            return await self._task(person_id, year, Assign(person_id, year, responsible, on_list, today))

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def visit(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        year: int,
        *,
        outcome: VisitOutcome,
        visited_on: date,
        note: str | None,
    ) -> Answered:
        """Say what came of a visit."""

        async def attempt() -> Outcome:
            await self._person(person_id)
            return await self._task(person_id, year, Visit(outcome, visited_on, note, self.today()))

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def _comparison(self, comparison_id: str, command: comparison.Command, status: int) -> Outcome:
        stream, past = await self._runtime.store.load(f"comparison/{comparison_id}")
        decider = comparison.DECIDER
        events = tuple(decider.decide(command, decider.fold(past)))
        return Outcome((StreamAppend(stream, events),), {"comparison_id": comparison_id}, status, comparison_id)

    async def _task(self, person_id: str, year: int, command: mobilisation.Command) -> Outcome:
        stream, past = await self._runtime.store.load(f"mobilisation/{year}/{person_id}")
        decider = mobilisation.DECIDER
        before = decider.fold(past)
        events = tuple(decider.decide(command, before))
        task = decider.fold(events, before)
        assert task is not None, "an accepted step leaves a task"
        body = {"person_id": person_id, "year": year, "status": task.status}
        return Outcome((StreamAppend(stream, events),), body, contended=person_id)

    def _due_on(self, area: str, month: str, today: date) -> date | None:
        policies = self._library.candidates(area, today)
        return next((due for policy in policies if (due := due_on(policy, month)) is not None), None)

    async def _person(self, person_id: str) -> PersonRow:
        person = await self._persons.person(person_id)
        if person is None:
            raise person_unknown()
        return person

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)
