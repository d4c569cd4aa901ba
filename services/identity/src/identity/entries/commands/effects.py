"""What an entry brings about when it is approved, and whether it could: the same decision, tried and taken."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, assert_never

import msgspec

from identity.entries.domain.overtaking import check_not_overtaken
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
    ProposedMerger,
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
from identity.persons.queries.mergers import Mergers
from identity.persons.queries.places import Places
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.writing.decision import Decision, decided
from kernel.writing.event_store import Stream, StreamAppend


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Whose word an entry is, of whom, and when it was handed in. ``told_by`` is the office of who entered it.

    ``upon`` is how many events could be seen then; None where it is handed in now, in view of all.
    """

    person_id: str
    department: Department | None
    told_by: str
    proposal: Proposal
    submitted_at: datetime
    upon: int | None = None


class Effect(msgspec.Struct, frozen=True):
    """What is written, the person's county, and the person's revision afterwards where that moves.

    ``upon`` is how many events it was decided in view of.
    """

    appends: tuple[StreamAppend, ...]
    county: str
    upon: int
    person_revision: int | None = None


class Effects:
    """Decides what entries bring about."""

    def __init__(self, runtime: Runtime, vault: Vault, places: Places) -> None:
        self._runtime = runtime
        self._vault = vault
        self._places = places
        self._facts = FactQueries(runtime)
        self._correcting = Correcting(runtime, vault)
        self._mergers = Mergers(runtime)

    async def of(self, said: Said, now: datetime, *, only_tried: bool) -> Effect:
        """What an entry brings about; raises what the person, or the person's facts, refuse."""
        stream, past = await self._runtime.store.load(f"person/{said.person_id}")
        known = standing(person.DECIDER.fold(past))
        today = china_date(now)
        if isinstance(said.proposal, OfFact):
            return await self._fact(known, said, said.proposal, today)
        _check_seen(said, past)
        match said.proposal:
            case ProposedAssertion() | ProposedEnd() | ProposedCorrection():
                return await self._membership(stream, known, said, said.proposal, today)
            case ProposedMerger(other_id=other_id, evidence=evidence, keep=keep):
                merger = await self._mergers.of(
                    said.person_id, other_id, keep=frozenset(keep), evidence=evidence, by=said.told_by
                )
                return Effect(merger.appends, known.county, stream.version, merger.merged.entitlement.revision)
            case ProposedDeath(died_on=died_on):
                born_on = await self._vault.born_on(said.person_id, today=today)
                death = RecordDeath(died_on, said.told_by, born_on, today)
                return _changed(known, decided(person.DECIDER, stream, known, death))
            case ProposedDeathCorrection() | ProposedData():
                command = await self._correction(said, said.proposal, today, only_tried=only_tried)
                return _changed(known, decided(corrections.DECIDER, stream, known, command))
            case _:
                assert_never(said.proposal)

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
        stream, past = await self._runtime.store.load(f"facts/{said.person_id}")
        _check_seen(said, past)
        command = fact_command_of(proposal, said.person_id, said.department, born_on)
        told = decided(FACTS, stream, FACTS.fold(past), command)
        return Effect((told.append,), known.county, stream.version)


def _check_seen(said: Said, past: Sequence[Any]) -> None:
    if said.upon is not None:
        check_not_overtaken(said.proposal, past[said.upon :])


def _changed(known: Entitlement, decision: Decision[person.State, Any]) -> Effect:
    return Effect((decision.append,), known.county, decision.stream.version, decision.after.revision)
