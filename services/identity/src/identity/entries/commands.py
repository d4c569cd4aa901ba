"""Commands about entries: each step of the three, and the change that the last of them brings about."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from identity.entries.domain.entry import (
    DECIDER,
    Amend,
    Approve,
    Command,
    Enter,
    Entry,
    Reject,
    Review,
    SendBack,
    State,
    Withdraw,
    entry_unknown,
)
from identity.entries.domain.proposal import Proposal, ProposedAssertion, check_newest, command_of, membership_id_of
from identity.facts.queries import FactQueries
from identity.memberships.domain import ApprovalRules
from identity.persons.domain import person
from identity.persons.domain.categories import Department
from identity.persons.domain.statement import stated_at
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused, conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome, decided

ProposalOf = Callable[[str], Proposal]
StepOf = Callable[..., Review | SendBack | Reject | Withdraw]


class EntryCommands(PeopleCommands):
    """The commands of /v1/entries."""

    def __init__(self, runtime: Runtime, vault: Vault, requests: Requests, rules: ApprovalRules) -> None:
        super().__init__(runtime, vault, requests)
        self._rules = rules
        self._facts = FactQueries(runtime)

    async def enter(
        self, caller: Principal, key: Idempotency, person_id: str, department: Department, proposal_of: ProposalOf
    ) -> Answered:
        """Take an entry in; ``proposal_of`` takes the id for a new membership. What can never be is refused now."""
        context = self._requests.by(caller, key)
        entry_id, proposal = context.new_id("entry"), proposal_of(context.new_id("membership"))

        async def gather(_state: State) -> Enter:
            tried = await self._decided(context, person_id, department, proposal, context.now)
            return Enter(
                entry_id=entry_id,
                person_id=person_id,
                county=tried.after.county,
                department=department,
                proposal=proposal,
                by=context.actor,
                at=context.now,
            )

        return await self._runtime.path.gather(
            context, DECIDER, f"entry/{entry_id}", gather, _changed, status=201, new=True
        )

    async def amend(
        self, caller: Principal, key: Idempotency, entry_id: str, department: Department, proposal_of: ProposalOf
    ) -> Answered:
        """Hand a returned entry in again; a membership that it would begin keeps its id."""
        context = self._requests.by(caller, key)

        async def gather(state: State) -> Amend:
            entry = _own(state, department)
            proposal = proposal_of(membership_id_of(entry.proposal))
            await self._decided(context, entry.person_id, department, proposal, context.now)
            return Amend(proposal, context.actor, context.now)

        return await self._runtime.path.gather(context, DECIDER, f"entry/{entry_id}", gather, _changed)

    async def step(
        self, caller: Principal, key: Idempotency, entry_id: str, department: Department | None, kind: StepOf, *why: str
    ) -> Answered:
        """Take one step that changes nothing but the entry; a ``department`` may touch only its own."""
        context = self._requests.by(caller, key)

        async def gather(state: State) -> Command:
            _own(state, department)
            return kind(context.actor, context.now, *why)

        return await self._runtime.path.gather(context, DECIDER, f"entry/{entry_id}", gather, _changed)

    async def approve(self, caller: Principal, key: Idempotency, entry_id: str) -> Answered:
        """Approve an entry: in one append the entry is approved and the person's membership changed."""
        context = self._requests.by(caller, key)

        async def attempt() -> Outcome:
            stream, state = await self._runtime.path.standing(DECIDER, f"entry/{entry_id}")
            entry = _own(state, None)
            self._rules.check_administrator(entry.county, context.actor)
            approved = decided(DECIDER, stream, entry, Approve(context.actor, context.now))
            changed = await self._took_effect(context, entry)
            body = {**_changed(approved), "person_revision": changed.after.revision}
            return Outcome((approved.append, changed.append), body, contended=entry.person_id)

        return await self._runtime.path.run(context, attempt)

    async def _took_effect(self, context: CommandContext, entry: Entry) -> Decision[person.State, person.Event]:
        try:
            return await self._decided(context, entry.person_id, entry.department, entry.proposal, entry.submitted_at)
        except Refused as refused:
            detail = f"what was entered no longer fits, send it back or reject it: {refused}"
            about = {**refused.about, "reason": refused.code}
            raise conflict("ENTRY_NO_LONGER_FITS", detail, **about) from refused

    async def _decided(
        self,
        context: CommandContext,
        person_id: str,
        department: Department,
        proposal: Proposal,
        submitted_at: datetime,
    ) -> Decision[person.State, person.Event]:
        """What a proposal brings about on the person. Raises what the person refuses."""
        born_on = await self._vault.born_on(person_id, today=context.today)
        stream, state = await self._runtime.path.standing(person.DECIDER, f"person/{person_id}")
        if isinstance(proposal, ProposedAssertion):
            await self._facts.check_income(person_id, proposal.membership)
        stated = stated_at(submitted_at)
        if state is not None:
            check_newest(proposal, state, stated)
        return decided(person.DECIDER, stream, state, command_of(proposal, department, born_on, stated))


def _own(state: State, department: Department | None) -> Entry:
    """The entry, where a ``department`` may touch it; None is for those who see all."""
    if state is None or department not in (None, state.department):
        raise entry_unknown()
    return state


def _changed(decision: Decision[State, Any]) -> dict[str, Any]:
    entry = decision.after
    shown = {name: getattr(entry, name) for name in ("entry_id", "person_id", "state", "revision")}
    return {**shown, "membership_id": membership_id_of(entry.proposal)}
