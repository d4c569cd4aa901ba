"""What an entry brings about when it is approved, and whether it could: the same decision, tried and taken."""

from datetime import date, datetime
from typing import Any

import msgspec

from identity.entries.domain.proposal import (
    OfFact,
    OfMembership,
    Proposal,
    ProposedAssertion,
    ProposedCorrection,
    ProposedData,
    ProposedDeath,
    ProposedDeathCorrection,
    ProposedEnd,
    Saying,
    check_newest,
    command_of,
    fact_command_of,
)
from identity.facts.domain.facts import DECIDER as FACTS
from identity.facts.queries.facts import FactQueries
from identity.persons.domain import corrections, person
from identity.persons.domain.categories import Department
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.person import RecordDeath, standing
from identity.persons.domain.refusals import person_erased
from identity.persons.domain.statement import stated_at
from identity.persons.queries.correcting import Correcting, NumberSaid
from identity.persons.queries.places import Places
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.writing.decision import Decision, decided
from kernel.writing.event_store import Stream, StreamAppend


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Whose word an entry is, of whom, and when it was handed in. ``told_by`` is the office of who entered it."""

    person_id: str
    department: Department | None
    told_by: str
    proposal: Proposal
    submitted_at: datetime


class Effect(msgspec.Struct, frozen=True):
    """What is written, the person's county, and the person's revision afterwards where that moves."""

    append: StreamAppend
    county: str
    person_revision: int | None = None


class Effects:
    """Decides what entries bring about."""

    def __init__(self, runtime: Runtime, vault: Vault, places: Places) -> None:
        self._runtime = runtime
        self._vault = vault
        self._places = places
        self._facts = FactQueries(runtime)
        self._correcting = Correcting(runtime, vault)

    async def of(self, said: Said, now: datetime, *, only_tried: bool) -> Effect:
        """What an entry brings about; raises what the person, or the person's facts, refuse."""
        stream, state = await self._runtime.path.standing(person.DECIDER, f"person/{said.person_id}")
        known = standing(state)
        today = china_date(now)
        match said.proposal:
            case ProposedAssertion() | ProposedEnd() | ProposedCorrection():
                return await self._membership(stream, known, said, said.proposal, today)
            case ProposedDeath(died_on=died_on):
                born_on = await self._vault.born_on(said.person_id, today=today)
                death = RecordDeath(died_on, said.told_by, born_on, today)
                return _changed(known, decided(person.DECIDER, stream, known, death))
            case ProposedDeathCorrection() | ProposedData():
                command = await self._correction(said, said.proposal, today, only_tried=only_tried)
                return _changed(known, decided(corrections.DECIDER, stream, known, command))
            case _:
                return await self._fact(known, said, said.proposal, today)

    async def _membership(
        self, stream: Stream, known: Entitlement, said: Said, proposal: OfMembership, today: date
    ) -> Effect:
        assert said.department is not None, "a membership is a department's word"
        if isinstance(proposal, ProposedAssertion):
            await self._facts.check_income(said.person_id, proposal.membership)
        stated = stated_at(said.submitted_at)
        check_newest(proposal, known, stated)
        born_on = await self._vault.born_on(said.person_id, today=today)
        command = command_of(proposal, said.department, Saying(born_on, stated, self._places.owners(today)))
        return _changed(known, decided(person.DECIDER, stream, known, command))

    async def _correction(
        self, said: Said, proposal: ProposedDeathCorrection | ProposedData, today: date, *, only_tried: bool
    ) -> corrections.Command:
        if isinstance(proposal, ProposedDeathCorrection):
            return corrections.CorrectDeath(
                died_on=proposal.died_on,
                reason=proposal.reason,
                evidence=proposal.evidence,
                corrected_by=said.told_by,
                born_on=await self._vault.born_on(said.person_id, today=today),
                today=today,
            )
        data = await self._vault.unseal(said.person_id, proposal.sealed)
        if data is None:
            raise person_erased()
        if "id_number" in proposal.fields:
            number = NumberSaid(data.id_number, only_tried=only_tried)
            return await self._correcting.number(said.person_id, number, proposal.reason, said.told_by, today=today)
        changes = {field: getattr(data, field) for field in proposal.fields}
        return await self._correcting.data(said.person_id, changes, proposal.reason, said.told_by)

    async def _fact(self, known: Entitlement, said: Said, proposal: OfFact, today: date) -> Effect:
        assert said.department is not None, "a fact is a department's word"
        born_on = await self._vault.born_on(said.person_id, today=today)
        stream, state = await self._runtime.path.standing(FACTS, f"facts/{said.person_id}")
        command = fact_command_of(proposal, said.person_id, said.department, born_on)
        return Effect(decided(FACTS, stream, state, command).append, known.county)


def _changed(known: Entitlement, decision: Decision[person.State, Any]) -> Effect:
    return Effect(decision.append, known.county, decision.after.revision)
