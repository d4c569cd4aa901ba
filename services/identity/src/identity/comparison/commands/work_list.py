"""Commands of the work list: place people in townships, make somebody responsible, and say what came of a visit."""

from collections.abc import Callable
from datetime import date

import msgspec

from identity.comparison.domain import mobilisation
from identity.comparison.domain.mobilisation import Assign, Visit
from identity.comparison.queries.work_list import WorkListQueries
from identity.enrolment.domain.payers import Payer, to_be_registered
from identity.persons.domain.township import record
from identity.persons.queries.persons import PersonQueries
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary


class WorkListCommands:
    """Commands of the work list, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests
        self._persons = PersonQueries(runtime)
        self._queries = WorkListQueries(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today

    def to_be_registered(self, county: str, on: date) -> tuple[Payer, ...]:
        """The ways into a category whose people are on the work list of a county."""
        return to_be_registered(self._library.candidates(county, on))

    async def place(self, caller: Principal, key: Idempotency, person_id: str, township: str) -> Answered:
        """Say in which township a person lives."""

        async def attempt() -> Outcome:
            placed = record(person_id, (await self._persons.known(person_id)).county, township)
            stream, _ = await self._runtime.store.load(f"township/{person_id}")
            return Outcome((StreamAppend(stream, (placed,)),), msgspec.structs.asdict(placed), contended=person_id)

        return await self._runtime.path.run(self._requests.by(caller, key), attempt)

    async def assign(
        self, caller: Principal, key: Idempotency, person_id: str, year: int, responsible: str
    ) -> Answered:
        """Make somebody responsible for a person's enrolment."""
        context = self._requests.by(caller, key)
        today = context.today

        async def gather(_state: mobilisation.State) -> Assign:
            county = (await self._persons.known(person_id)).county
            ways = self.to_be_registered(county, today)
            on_list = await self._queries.holds(person_id, county, today, year, ways)
            return Assign(person_id, year, responsible, on_list, today)

        return await self._runtime.path.gather(
            context, mobilisation.DECIDER, _stream(person_id, year), gather, _task, contended=person_id
        )

    async def visit(
        self, caller: Principal, key: Idempotency, person_id: str, year: int, visit: Callable[[date], Visit]
    ) -> Answered:
        """Say what came of a visit; ``visit`` takes today."""
        context = self._requests.by(caller, key)

        async def gather(_state: mobilisation.State) -> Visit:
            await self._persons.known(person_id)
            return visit(context.today)

        return await self._runtime.path.gather(
            context, mobilisation.DECIDER, _stream(person_id, year), gather, _task, contended=person_id
        )


def _stream(person_id: str, year: int) -> str:
    return f"mobilisation/{year}/{person_id}"


def _task(decision: Decision[mobilisation.State, mobilisation.Event]) -> dict[str, str | int]:
    task = decision.state
    assert task is not None, "an accepted step leaves a task"
    return {"person_id": task.person_id, "year": task.year, "status": task.status}
