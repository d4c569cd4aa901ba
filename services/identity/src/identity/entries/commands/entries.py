"""Commands about entries: each step of the three, and the change that the last of them brings about."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from identity.entries.commands.effects import Effect, Effects, Said
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
from identity.entries.domain.proposal import Proposal, ProposedAssertion, ProposedFact, ProposedMerger, about_of
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Department
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused, conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome, decided

#: Makes the proposal when the id of what it would begin is known.
ProposalOf = Callable[[str], Awaitable[Proposal]]
StepOf = Callable[..., Review | SendBack | Reject | Withdraw]


class Entering(msgspec.Struct, frozen=True):
    """Of whom something is entered, and whose word it is: None where it is the agency's own."""

    person_id: str
    department: Department | None
    proposal_of: ProposalOf


class EntryCommands:
    """The commands of /v1/entries."""

    def __init__(self, runtime: Runtime, requests: Requests, effects: Effects, rules: ApprovalRules) -> None:
        self._runtime = runtime
        self._requests = requests
        self._effects = effects
        self._rules = rules
        self._divisions = DivisionQueries(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today

    async def enter(self, caller: Principal, key: Idempotency, entering: Entering) -> Answered:
        """Take an entry in. What can never be is refused now."""
        context = self._requests.by(caller, key)
        entry_id = context.new_id("entry")

        async def gather(_state: State) -> Enter:
            proposal = await entering.proposal_of(context.new_id("membership"))
            said = Said(
                person_id=entering.person_id,
                department=entering.department,
                told_by=caller.source,
                proposal=proposal,
                submitted_at=context.now,
            )
            tried = await self._effects.of(said, context.now, only_tried=True)
            return Enter(
                entry_id=entry_id,
                person_id=entering.person_id,
                county=tried.county,
                department=entering.department,
                proposal=proposal,
                by=context.actor,
                at=context.now,
                told_by=caller.source,
                upon=tried.upon,
            )

        return await self._runtime.path.gather(
            context, DECIDER, f"entry/{entry_id}", gather, _changed, status=201, new=True
        )

    async def amend(
        self, caller: Principal, key: Idempotency, entry_id: str, department: Department | None, proposal_of: ProposalOf
    ) -> Answered:
        """Hand a returned entry in again; what it would begin keeps its id."""
        context = self._requests.by(caller, key)
        await self._check_kind(entry_id)

        async def gather(state: State) -> Amend:
            entry = _own(state, department)
            proposal = await proposal_of(_begun_by(entry.proposal) or context.new_id("membership"))
            await self._check_other(caller, proposal)
            amended = msgspec.structs.replace(entry, proposal=proposal, submitted_at=context.now)
            tried = await self._effects.of(_said(amended, upon=None), context.now, only_tried=True)
            return Amend(proposal, context.actor, context.now, tried.upon)

        return await self._runtime.path.gather(context, DECIDER, f"entry/{entry_id}", gather, _changed)

    async def entry(self, entry_id: str, department: Department | None) -> Entry:
        """An entry as it stands, where a ``department`` may touch it.

        Raises Refused ENTRY_UNKNOWN, ENTRY_KIND_UNKNOWN.
        """
        await self._check_kind(entry_id)
        _, state = await self._runtime.path.standing(DECIDER, f"entry/{entry_id}")
        return _own(state, department)

    async def step(
        self, caller: Principal, key: Idempotency, entry_id: str, department: Department | None, kind: StepOf, *why: str
    ) -> Answered:
        """Take one step that changes nothing but the entry; a ``department`` may touch only its own."""
        context = self._requests.by(caller, key)
        await self._check_kind(entry_id)

        async def gather(state: State) -> Command:
            entry = _own(state, department)
            if kind is Review:
                await self._check_other(caller, entry.proposal)
            return kind(context.actor, context.now, *why)

        return await self._runtime.path.gather(context, DECIDER, f"entry/{entry_id}", gather, _changed)

    async def approve(self, caller: Principal, key: Idempotency, entry_id: str) -> Answered:
        """Approve an entry: in one append the entry is approved and what it is about changed."""
        context = self._requests.by(caller, key)
        await self._check_kind(entry_id)

        async def attempt() -> Outcome:
            stream, state = await self._runtime.path.standing(DECIDER, f"entry/{entry_id}")
            entry = _own(state, None)
            await self._check_other(caller, entry.proposal)
            for county in await self._counties_of(entry):
                self._rules.check_administrator(county, context.actor)
            approved = decided(DECIDER, stream, entry, Approve(context.actor, context.now))
            effect = await self._took_effect(context, entry)
            revision = {} if effect.person_revision is None else {"person_revision": effect.person_revision}
            appends = tuple(append for append in (approved.append, *effect.appends) if append.events)
            return Outcome(appends, {**_changed(approved), **revision}, contended=entry.person_id)

        return await self._runtime.path.run(context, attempt)

    async def _check_other(self, caller: Principal, proposal: Proposal) -> None:
        """Refuse a merger that takes up a record of a county that is not the caller's: DIVISION_FOREIGN."""
        if isinstance(proposal, ProposedMerger):
            await self._divisions.must_act_for(caller, proposal.other_id)

    async def _counties_of(self, entry: Entry) -> Sequence[str]:
        """The counties that an entry is about: of a merger those of both records."""
        if not isinstance(entry.proposal, ProposedMerger):
            return (entry.county,)
        other = await self._divisions.of_person(entry.proposal.other_id)
        return (entry.county,) if other is None else (entry.county, other)

    async def _check_kind(self, entry_id: str) -> None:
        """Refuse to touch what a newer program entered in a way that this one cannot read: ENTRY_KIND_UNKNOWN."""
        try:
            await self._runtime.store.load(f"entry/{entry_id}")
        except msgspec.ValidationError as error:
            detail = "a newer release entered this in a way that this one does not know; that release handles it"
            raise conflict("ENTRY_KIND_UNKNOWN", detail) from error

    async def _took_effect(self, context: CommandContext, entry: Entry) -> Effect:
        try:
            return await self._effects.of(_said(entry, upon=entry.upon), context.now, only_tried=False)
        except Refused as refused:
            detail = f"what was entered no longer fits, send it back or reject it: {refused}"
            about = {**refused.about, "reason": refused.code}
            raise conflict("ENTRY_NO_LONGER_FITS", detail, **about) from refused


def _said(entry: Entry, *, upon: int | None) -> Said:
    return Said(
        person_id=entry.person_id,
        department=entry.department,
        told_by=entry.told_by or str(entry.department),
        proposal=entry.proposal,
        submitted_at=entry.submitted_at,
        upon=upon,
    )


def _begun_by(proposal: Proposal) -> str | None:
    """The id of what a proposal would begin."""
    return about_of(proposal) if isinstance(proposal, ProposedAssertion | ProposedFact) else None


def _own(state: State, department: Department | None) -> Entry:
    """The entry, where a ``department`` may touch it; None is for those who see all."""
    if state is None or (department is not None and state.department is not department):
        raise entry_unknown()
    return state


def _changed(decision: Decision[State, Any]) -> dict[str, Any]:
    entry = decision.after
    shown = {name: getattr(entry, name) for name in ("entry_id", "person_id", "state", "revision")}
    return {**shown, "membership_id": about_of(entry.proposal)}
