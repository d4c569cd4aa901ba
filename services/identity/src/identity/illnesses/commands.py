"""Commands about the sick: enter, change, verify, close; and the exit check."""

from collections.abc import Callable
from datetime import date
from uuid import uuid5

from identity.illnesses.domain.exit_check import exit_check
from identity.illnesses.domain.illness import DECIDER, CareWay, Command, Illness, RecordIllness
from identity.illnesses.queries import IllnessQueries
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import person_unknown
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend

_CREATED = 201


class IllnessHandlers:
    """The commands of the registry, one method each."""

    def __init__(self, runtime: Runtime, vault: Vault, queries: IllnessQueries, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._queries = queries
        self._clock = clock

    async def record(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        disease: str,
        care: CareWay,
        plan: str,
        impoverishing: bool,
        since: date,
    ) -> Answered:
        """Enter an illness; raises Refused PERSON_UNKNOWN and what a record that does not stand brings."""
        context = self._context(caller, key)
        illness_id = str(uuid5(context.command_id, "illness"))

        async def attempt() -> Outcome:
            county = await self._county_of(person_id)
            illness = Illness(illness_id, person_id, county, disease, care, plan, impoverishing, since, context.actor)
            events = tuple(DECIDER.decide(RecordIllness(illness, china_date(context.now)), None))
            body = {"illness_id": illness_id, "state": events[-1].illness.state}
            return Outcome((StreamAppend(Stream(f"illness/{illness_id}"), events),), body, _CREATED)

        return await self._runtime.path.run(context, attempt)

    async def change(
        self, caller: Principal, key: Idempotency, illness_id: str, command_of: Callable[[str, date], Command]
    ) -> Answered:
        """Change, verify or close an entry; ``command_of`` takes the user and the day."""
        context = self._context(caller, key)

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"illness/{illness_id}")
            command = command_of(context.actor, china_date(context.now))
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            body = {"illness_id": illness_id, "state": events[-1].illness.state}
            return Outcome((StreamAppend(stream, events),), body, contended=stream.stream_id)

        return await self._runtime.path.run(context, attempt)

    async def check_exit(self, caller: Principal, key: Idempotency, person_id: str, evidence: str) -> Answered:
        """Make the exit check on what is known today."""
        context = self._context(caller, key)
        check_id = str(uuid5(context.command_id, "exit-check"))

        async def attempt() -> Outcome:
            made = exit_check(
                check_id,
                person_id,
                await self._county_of(person_id),
                enrolments=await self._queries.enrolments(person_id),
                illnesses=await self._queries.of_person(person_id),
                evidence=evidence,
                by=context.actor,
                today=china_date(context.now),
            )
            names = ("check_id", "person_id", "checked_on", "insured", "unverified", "without_plan", "passed")
            body = {name: getattr(made, name) for name in names}
            return Outcome((StreamAppend(Stream(f"exit-check/{check_id}"), (made,)),), body, _CREATED)

        return await self._runtime.path.run(context, attempt)

    async def _county_of(self, person_id: str) -> str:
        _, past = await self._runtime.store.load(f"person/{person_id}")
        person = PERSONS.fold(past)
        if person is None:
            raise person_unknown()
        person.check_stands()
        return person.county

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return context_of(self._vault, self._clock, caller, key)
