"""Commands about entries: each step of the three, and the change that the last of them brings about."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid5

from identity.entries.domain.entry import DECIDER, Amend, Approve, Command, Enter, Entry, entry_unknown
from identity.entries.domain.proposal import Proposal, check_newest, command_of, membership_id_of
from identity.facts.commands.facts import check_income
from identity.memberships.domain import ApprovalRules
from identity.persons.domain import person
from identity.persons.domain.categories import Department
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.statement import stated_at
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import RefusalKind, Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend

_CREATED = 201
ProposalOf = Callable[[str], Proposal]
CommandOf = Callable[[CommandContext], Command]


class EntryHandlers:
    """The commands of /v1/entries."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock, rules: ApprovalRules) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock
        self._rules = rules

    async def enter(
        self, caller: Principal, key: Idempotency, person_id: str, department: Department, proposal_of: ProposalOf
    ) -> Answered:
        """Take an entry in; ``proposal_of`` takes the id for a new membership. What can never be is refused now."""
        context = context_of(self._vault, self._clock, caller, key)
        entry_id = str(uuid5(context.command_id, "entry"))
        proposal = proposal_of(str(uuid5(context.command_id, "membership")))

        async def attempt() -> Outcome:
            known = await self._tried(person_id, department, proposal)
            command = Enter(entry_id, person_id, known.county, department, proposal, context.actor, context.now)
            return _outcome(Stream(f"entry/{entry_id}"), command, None, status=_CREATED)

        return await self._runtime.path.run(context, attempt)

    async def amend(
        self, caller: Principal, key: Idempotency, entry_id: str, department: Department, proposal_of: ProposalOf
    ) -> Answered:
        """Hand a returned entry in again; a membership that it would begin keeps its id."""
        context = context_of(self._vault, self._clock, caller, key)

        async def attempt() -> Outcome:
            stream, entry = await self._load(entry_id, department)
            proposal = proposal_of(membership_id_of(entry.proposal))
            await self._tried(entry.person_id, department, proposal)
            return _outcome(stream, Amend(proposal, context.actor, context.now), entry)

        return await self._runtime.path.run(context, attempt)

    async def step(
        self,
        caller: Principal,
        key: Idempotency,
        entry_id: str,
        department: Department | None,
        command_by: CommandOf,
    ) -> Answered:
        """Take one step that changes nothing but the entry; a ``department`` may touch only its own."""

        async def attempt(context: CommandContext) -> Outcome:
            stream, entry = await self._load(entry_id, department)
            return _outcome(stream, command_by(context), entry)

        return await self._run(caller, key, attempt)

    async def approve(self, caller: Principal, key: Idempotency, entry_id: str) -> Answered:
        """Approve an entry: in one append the entry is approved and the person's membership changed."""

        async def attempt(context: CommandContext) -> Outcome:
            stream, entry = await self._load(entry_id, None)
            self._rules.check_administrator(entry.county, context.actor)
            approved = _outcome(stream, Approve(context.actor, context.now), entry)
            changed, after = await self._changed(entry)
            body = {**approved.body, "person_revision": after.revision}
            return Outcome((*approved.appends, changed), body, contended=entry.person_id)

        return await self._run(caller, key, attempt)

    async def _run(
        self, caller: Principal, key: Idempotency, attempt: Callable[[CommandContext], Awaitable[Outcome]]
    ) -> Answered:
        context = context_of(self._vault, self._clock, caller, key)
        return await self._runtime.path.run(context, lambda: attempt(context))

    async def _load(self, entry_id: str, department: Department | None) -> tuple[Stream, Entry]:
        stream, past = await self._runtime.store.load(f"entry/{entry_id}")
        entry = DECIDER.fold(past)
        if entry is None or department not in (None, entry.department):
            raise entry_unknown()
        return stream, entry

    async def _changed(self, entry: Entry) -> tuple[StreamAppend, Entitlement]:
        try:
            stream, events, after = await self._decided(
                entry.person_id, entry.department, entry.proposal, entry.submitted_at
            )
        except Refused as refused:
            raise Refused(
                "ENTRY_NO_LONGER_FITS",
                f"what was entered no longer fits, send it back or reject it: {refused}",
                kind=RefusalKind.CONFLICT,
                about={**refused.about, "reason": refused.code},
            ) from refused
        return StreamAppend(stream, events), after

    async def _tried(self, person_id: str, department: Department, proposal: Proposal) -> Entitlement:
        return (await self._decided(person_id, department, proposal, self._clock()))[2]

    async def _decided(
        self, person_id: str, department: Department, proposal: Proposal, submitted_at: datetime
    ) -> tuple[Stream, tuple[Any, ...], Entitlement]:
        born_on = await self._vault.born_on(person_id, today=china_date(self._clock()))
        stream, past = await self._runtime.store.load(f"person/{person_id}")
        state = person.DECIDER.fold(past)
        stated = stated_at(submitted_at)
        command = command_of(proposal, department, born_on, stated)
        await check_income(self._runtime, person_id, command)
        if state is not None:
            check_newest(proposal, state, stated)
        events = tuple(person.DECIDER.decide(command, state))
        after = person.DECIDER.fold(events, state)
        assert after is not None, "an accepted command leaves a person"
        return stream, events, after


def _outcome(stream: Stream, command: Command, entry: Entry | None, status: int = 200) -> Outcome:
    events = DECIDER.decide(command, entry)
    after = DECIDER.fold(events, entry)
    assert after is not None, "an accepted command leaves an entry"
    body = {
        "entry_id": after.entry_id,
        "person_id": after.person_id,
        "membership_id": membership_id_of(after.proposal),
        "state": after.state,
        "revision": after.revision,
    }
    return Outcome((StreamAppend(stream, tuple(events)),), body, status, contended=after.entry_id)
