"""Commands about memberships: what a department says of a person, its end, and its correction."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from identity.facts.queries.facts import FactQueries
from identity.memberships.domain import Assertion, Ending
from identity.memberships.queries.handovers import Asked, HandoverQueries, heir
from identity.persons.domain.categories import Department
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.handing_over import hand_over
from identity.persons.domain.person import (
    DECIDER,
    AssertMembership,
    Command,
    Correction,
    CorrectMembership,
    State,
    standing,
)
from identity.persons.domain.statement import stated_at
from identity.persons.queries.changes import person_changed
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.places import Places
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome
from kernel.writing.event_store import StreamAppend

#: So many people are written in one append.
HANDED_OVER_AT_ONCE: Final = 200


class MembershipCommands(PeopleCommands):
    """The commands of /v1/persons/{person_id}/memberships, one method each."""

    def __init__(self, runtime: Runtime, vault: Vault, requests: Requests, places: Places) -> None:
        super().__init__(runtime, vault, requests)
        self._places = places

    async def begin(
        self, caller: Principal, key: Idempotency, person_id: str, department: Department, said: Assertion
    ) -> Answered:
        """Add what a department says."""
        context = self._requests.by(caller, key)
        membership = said.membership(context.new_id("membership"), department, stated_at(context.now))
        born_on = await self._vault.born_on(person_id, today=context.today)

        async def gather(_state: State) -> AssertMembership:
            await FactQueries(self._runtime).check_income(person_id, membership)
            return AssertMembership(membership, born_on, self._places.owners(context.today))

        changed = _changed(membership.membership_id)
        return await self._runtime.path.gather(
            context, DECIDER, f"person/{person_id}", gather, changed, status=201, contended=person_id
        )

    async def end(
        self, caller: Principal, key: Idempotency, held: "Held", department: Department, said: Ending
    ) -> Answered:
        """End a membership on a day."""
        context = self._requests.by(caller, key)
        return await self._change(context, held, said.command(held.membership_id, department, stated_at(context.now)))

    async def correct(
        self, caller: Principal, key: Idempotency, held: "Held", department: Department, said: Correction
    ) -> Answered:
        """Write a membership anew."""
        context = self._requests.by(caller, key)
        born_on = await self._vault.born_on(held.person_id, today=context.today)
        command = CorrectMembership(
            membership_id=held.membership_id,
            department=department,
            stated=stated_at(context.now),
            born_on=born_on,
            owners=self._places.owners(context.today),
            **msgspec.structs.asdict(said),
        )
        return await self._change(context, held, command)

    async def _change(self, context: CommandContext, held: "Held", command: Command) -> Answered:
        stream_id, changed = f"person/{held.person_id}", _changed(held.membership_id)
        return await self._runtime.path.decide(context, DECIDER, stream_id, command, changed, contended=held.person_id)


class HandoverCommands:
    """Hands over what a department said of a category to the one whose list says it now."""

    def __init__(self, runtime: Runtime, requests: Requests, places: Places) -> None:
        self._runtime = runtime
        self._requests = requests
        self._places = places
        self._queries = HandoverQueries(runtime)

    async def hand_over(self, caller: Principal, key: Idempotency, asked: Asked, after: str) -> Answered:
        """Hand over the next memberships after an id, as many as one append may hold; what overlaps stays as it is."""
        context = self._requests.by(caller, key)
        owners = self._places.owners(context.today)

        async def attempt() -> Outcome:
            found = await self._queries.standing(asked, context.today, after, HANDED_OVER_AT_ONCE)
            loaded = await self._runtime.store.load_many([f"person/{held.person_id}" for held in found])
            staying = []
            said: dict[str, list[Any]] = {}
            for held in found:
                if (department := heir(held, asked, owners)) is None:
                    continue
                # Several memberships of one person go one after the other, in one append.
                before = said.setdefault(held.person_id, [])
                person = standing(DECIDER.fold((*loaded[f"person/{held.person_id}"][1], *before)))
                try:
                    before.append(hand_over(person, held.membership_id, department))
                except Refused as refused:
                    staying.append({"membership_id": held.membership_id, "code": refused.code})
            appends = [
                StreamAppend(loaded[f"person/{one}"][0], tuple(events)) for one, events in said.items() if events
            ]
            body = {
                "handed_over": sum(map(len, said.values())),
                "staying": staying,
                "next": found[-1].membership_id if len(found) == HANDED_OVER_AT_ONCE else None,
            }
            return Outcome(tuple(appends), body, contended=f"handover/{asked.category}")

        return await self._runtime.path.run(context, attempt)


class Held(msgspec.Struct, frozen=True):
    """A membership of a person, by their ids."""

    person_id: str
    membership_id: str


def _changed(membership_id: str) -> Callable[[Decision[Entitlement | None, Any]], Any]:
    return lambda decision: {**msgspec.structs.asdict(person_changed(decision)), "membership_id": membership_id}
