"""The commands of hospitals about an encounter: gather what each decision needs, decide, and commit."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from law import Adjudication, statement
from law.packs import PackLibrary
from settlement.encounters.domain import refusals
from settlement.encounters.domain.commands import (
    Admit,
    Command,
    Discharge,
    Presented,
    Refer,
    Revoke,
    Settle,
    UploadFees,
    VoidFees,
)
from settlement.encounters.domain.encounter import DECIDER, forecast
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.queries.admission import load_admission
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.institutions.domain import locality
from settlement.people.domain import check_alive
from settlement.referrals.domain import check_referral

Answer = Callable[[Sequence[EncounterEvent]], Any]


class Arriving(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes to a hospital's door, what for, and what is shown there."""

    person_id: str
    kind: str
    admitted_on: date
    referral_id: str | None = None
    disease: str | None = None
    handbook_check_id: str | None = None


class EncounterCommands:
    """The commands about an encounter, one method each; ``answer`` makes the body from what was decided."""

    def __init__(self, runtime: Runtime, library: PackLibrary, files: CaseFiles, queries: EncounterQueries) -> None:
        self._runtime = runtime
        self._library = library
        self._files = files
        self._queries = queries

    async def admit(self, context: CommandContext, hospital_id: str, arriving: Arriving, answer: Answer) -> Answered:
        """Take a person in at a hospital."""
        encounter_id = context.new_id("encounter")
        person_id, referral_id, day = arriving.person_id, arriving.referral_id, arriving.admitted_on

        async def attempt() -> Outcome:
            file = await load_admission(self._runtime, person_id, hospital_id, referral_id, arriving.handbook_check_id)
            check_alive(person_id, file.deceased_on, day)
            if referral_id is not None:
                check_referral(referral_id, person_id, hospital_id, file.referral_told)
            command = Admit(
                encounter_id=encounter_id,
                person_id=person_id,
                arrival=Arrival(
                    kind=arriving.kind,
                    place=locality(file.county, file.institution.division),
                    on=day,
                    institution=file.institution,
                    disease=arriving.disease,
                    handbook=file.handbook,
                ),
                today=context.today,
                county=file.county,
                standing=file.standing,
                policies=self._library.newest(file.county, day),
                referral_id=referral_id,
            )
            events = tuple(DECIDER.decide(command, DECIDER.initial))
            return Outcome((StreamAppend(Stream(f"encounter/{encounter_id}"), events),), answer(events), 201)

        return await self._runtime.path.run(context, attempt)

    async def refer(
        self, context: CommandContext, hospital_id: str, encounter_id: str, referral_id: str, answer: Answer
    ) -> Answered:
        """Name the referral of a stay that began without one."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            # A stay that goes on under a record that was merged away is the surviving record's.
            told = await load_admission(self._runtime, file.year_of, hospital_id, referral_id)
            check_referral(referral_id, file.year_of, hospital_id, told.referral_told)
            return _outcome(file, Refer(referral_id), answer)

        return await self._runtime.path.run(context, attempt)

    async def change(
        self,
        context: CommandContext,
        hospital_id: str,
        encounter_id: str,
        command: UploadFees | VoidFees | Discharge,
        answer: Answer,
        *,
        status: int = 200,
    ) -> Answered:
        """Upload or void fees, or discharge."""

        async def attempt() -> Outcome:
            return _outcome(await self._files.of(encounter_id, hospital_id), command, answer, status)

        return await self._runtime.path.run(context, attempt)

    async def settle(
        self, context: CommandContext, hospital_id: str, encounter_id: str, presented: Presented, answer: Answer
    ) -> Answered:
        """Settle an encounter's bill."""
        settlement_id = context.new_id("settlement")

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            return _outcome(file, self._settle(file, settlement_id, presented, context.now), answer, 201)

        return await self._runtime.path.run(context, attempt)

    async def pre_settle(
        self, hospital_id: str, encounter_id: str, presented: Presented, now: datetime
    ) -> tuple[Adjudication, tuple[str, ...]]:
        """What settling now would come to, and the patient's statement of it; nothing is written."""
        # The total is not compared: more lines may still come.
        asked = msgspec.structs.replace(presented, stated_total_fen=None)
        file = await self._files.of(encounter_id, hospital_id)
        bill = forecast(self._settle(file, "", asked, now), file.state)
        return bill.adjudication, statement(bill.adjudication, bill.claim, bill.policy.file)

    async def revoke(
        self, context: CommandContext, hospital_id: str, settlement_id: str, reason: str, answer: Answer
    ) -> Answered:
        """Take the person's latest settlement back."""

        async def attempt() -> Outcome:
            place = await self._queries.place_of(settlement_id)
            if place is None:
                raise refusals.unknown("settlement", settlement_id)
            file = await self._files.of(place.encounter_id, hospital_id)
            return _outcome(file, Revoke(settlement_id, reason, context.now, file.year(place.year)), answer, 201)

        return await self._runtime.path.run(context, attempt)

    def _settle(self, file: CaseFile, settlement_id: str, presented: Presented, now: datetime) -> Settle:
        discharge = file.opened.discharge
        ended = discharge.discharged_on if discharge else china_date(now)
        return Settle(
            settlement_id=settlement_id,
            presented=presented,
            now=now,
            county=file.county,
            institution=file.institution,
            who=file.who,
            policies=self._library.newest(file.county, ended),
            benefit_year=file.year(ended.year),
            referral=file.referral,
        )


def _outcome(file: CaseFile, command: Command, answer: Answer, status: int = 200) -> Outcome:
    events = tuple(DECIDER.decide(command, file.state))
    return Outcome((StreamAppend(file.stream, events),), answer(events), status, file.opened.admission.person_id)
