"""Commands about the sick: enter, change, verify, close; and the exit check."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

import msgspec

from identity.illnesses.domain.exit_check import exit_check
from identity.illnesses.domain.illness import DECIDER, CareWay, Command, Event, Illness, RecordIllness, State
from identity.illnesses.queries import IllnessQueries
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import person_unknown
from kernel.http import Idempotency, RequestBody
from kernel.http.fields import Text
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome
from kernel.writing.event_store import Stream, StreamAppend

_TOLD: Final = ("check_id", "person_id", "checked_on", "insured", "unverified", "without_plan", "passed")


class IllnessBody(RequestBody, frozen=True):
    """An illness of a person, how care reaches them, and what is done for them (一人一策)."""

    disease: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    care: CareWay
    plan: Text
    since: date
    impoverishing: bool = False


class IllnessCommands:
    """The commands of the registry, one method each."""

    def __init__(self, runtime: Runtime, queries: IllnessQueries, requests: Requests) -> None:
        self._runtime = runtime
        self._queries = queries
        self._requests = requests

    async def record(self, caller: Principal, key: Idempotency, person_id: str, told: IllnessBody) -> Answered:
        """Enter an illness; raises Refused PERSON_UNKNOWN and what a record that does not stand brings."""
        context = self._requests.by(caller, key)
        illness_id = context.new_id("illness")

        async def gather(_state: State) -> RecordIllness:
            illness = Illness(
                illness_id=illness_id,
                person_id=person_id,
                county=await self._county_of(person_id),
                written_by=context.actor,
                **msgspec.structs.asdict(told),
            )
            return RecordIllness(illness, context.today)

        return await self._runtime.path.gather(
            context, DECIDER, f"illness/{illness_id}", gather, _step, status=201, new=True
        )

    async def change(
        self, caller: Principal, key: Idempotency, illness_id: str, command_of: Callable[[str, date], Command]
    ) -> Answered:
        """Change, verify or close an entry; ``command_of`` takes the user and the day."""
        context = self._requests.by(caller, key)
        command = command_of(context.actor, context.today)
        return await self._runtime.path.decide(context, DECIDER, f"illness/{illness_id}", command, _step)

    async def check_exit(self, caller: Principal, key: Idempotency, person_id: str, evidence: str) -> Answered:
        """Make the exit check on what is known today."""
        context = self._requests.by(caller, key)
        check_id = context.new_id("exit-check")

        async def attempt() -> Outcome:
            made = exit_check(
                check_id,
                person_id,
                await self._county_of(person_id),
                enrolments=await self._queries.enrolments(person_id),
                illnesses=await self._queries.of_person(person_id),
                evidence=evidence,
                by=context.actor,
                today=context.today,
            )
            body = {name: getattr(made, name) for name in _TOLD}
            return Outcome((StreamAppend(Stream(f"exit-check/{check_id}"), (made,)),), body, status=201)

        return await self._runtime.path.run(context, attempt)

    async def _county_of(self, person_id: str) -> str:
        _, person = await self._runtime.path.standing(PERSONS, f"person/{person_id}")
        if person is None:
            raise person_unknown()
        person.check_stands()
        return person.county


def _step(decision: Decision[State, Event]) -> dict[str, str]:
    illness = decision.events[-1].illness
    return {"illness_id": illness.illness_id, "state": illness.state}
