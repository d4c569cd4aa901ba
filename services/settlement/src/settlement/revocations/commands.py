"""Settlements are taken back: the latest by its hospital, any by the agency, with later bills decided again."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store import StreamAppend
from settlement.encounters.domain import refusals
from settlement.encounters.domain.commands import Revoke, Supplement
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed
from settlement.encounters.domain.mirrors import revocation_id_of
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.reviews.queries.person_years import PersonYearFiles, PersonYears, SettledBill
from settlement.revocations.domain import Cascade, cascade

Answer = Callable[[Sequence[EncounterEvent]], Any]


class RevocationCommands:
    """One method for each who may revoke; ``answer`` makes the body from all that was decided."""

    def __init__(self, runtime: Runtime, files: CaseFiles, queries: EncounterQueries) -> None:
        self._runtime = runtime
        self._files = files
        self._queries = queries

    @cached_property
    def _years(self) -> PersonYearFiles:
        # Kept for the law that it has read.
        return PersonYearFiles(self._runtime.parts.registry)

    async def latest(
        self, context: CommandContext, hospital_id: str, settlement_id: str, reason: str, answer: Answer
    ) -> Answered:
        """A hospital takes the person's latest settlement of the year back."""

        async def attempt() -> Outcome:
            file, year = await self._file(settlement_id)
            admission = file.opened.admission
            if admission.hospital_id != hospital_id or admission.route != "HOSPITAL":
                # Another hospital's bill is none for this caller, and the answer names what was asked for alone.
                raise refusals.settlement_unknown(settlement_id)
            revoke = await self._revoke(context, file, year, settlement_id, reason)
            events = tuple(DECIDER.decide(revoke, file.state))
            return Outcome((StreamAppend(file.stream, events),), answer(events), 201, admission.person_id)

        return await self._runtime.path.run(context, attempt)

    async def any(self, context: CommandContext, settlement_id: str, reason: str, answer: Answer) -> Answered:
        """The agency takes a settlement back, whichever of the year it is; the later ones are decided again."""

        async def attempt() -> Outcome:
            # The year first: whatever is settled or revoked after this look makes the revocation start over.
            file, year = await self._file(settlement_id)
            person = (await self._years.of(self._runtime.store.pool, {file.year_of: context.now}))[file.year_of]
            key = (file.opened.admission.area, year)
            bills = person.years.get(key, ())
            target = next((bill for bill in bills if bill.on_file.decided.settlement_id == settlement_id), None)
            if target is None:
                raise refusals.not_in_force(settlement_id)
            after = self._cascade(person, key, settlement_id, file)
            revoke = await self._revoke(context, file, year, settlement_id, reason, cascading=True)
            first = decided(DECIDER, target.stream, target.state, revoke)
            rest = [_again(context, after, settlement_id, bill) for bill in bills]
            appends = (first.append, *(append for append in rest if append is not None))
            events = [event for append in appends for event in append.events]
            return Outcome(appends, answer(events), 201, file.opened.admission.person_id)

        return await self._runtime.path.run(context, attempt)

    async def _file(self, settlement_id: str) -> tuple[CaseFile, int]:
        place = await self._queries.place_of(settlement_id)
        if place is None:
            raise refusals.settlement_unknown(settlement_id)
        return await self._files.of(place.encounter_id, None), place.year

    def _cascade(self, person: PersonYears, key: tuple[str, int], settlement_id: str, file: CaseFile) -> Cascade:
        decided_bills = [bill.on_file.decided for bill in person.years[key]]
        return cascade(decided_bills, settlement_id, file.year(key[1]), joined=key in person.joined_fen)

    async def _revoke(
        self,
        context: CommandContext,
        file: CaseFile,
        year: int,
        settlement_id: str,
        reason: str,
        *,
        cascading: bool = False,
    ) -> Revoke:
        return Revoke(
            settlement_id=settlement_id,
            reason=reason,
            now=context.now,
            benefit_year=file.year(year),
            before=await self._standing_before(settlement_id),
            cascade=cascading,
        )

    async def _standing_before(self, settlement_id: str) -> str | None:
        """The settlement of the year before this one that stands: the agency may have taken some between back."""
        settled: SettlementConfirmed = (await self._queries.settlement(settlement_id, None)).settlement
        while settled.previous_settlement is not None:
            found = await self._queries.settlement(settled.previous_settlement, None)
            if not found.revoked:
                return settled.previous_settlement
            settled = found.settlement
        return None


def _again(context: CommandContext, after: Cascade, revoked_id: str, bill: SettledBill) -> StreamAppend | None:
    """The later bill's new outcome; None where nothing of it changes."""
    settlement_id = bill.on_file.decided.settlement_id
    correction = next((c for c in after.corrections if c.settlement_id == settlement_id), None)
    if correction is None:
        return None
    command = Supplement(
        supplement_id=bill.next_supplement_id,
        review_id=revocation_id_of(revoked_id),
        correction=correction,
        identity_revision=bill.state.outcome.identity_revision,
        now=context.now,
        year_after=after.year_after,
    )
    return decided(DECIDER, bill.stream, bill.state, command).append
