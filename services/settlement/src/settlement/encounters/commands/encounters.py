"""The commands of hospitals about an encounter: gather what each decision needs, decide, and commit."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from law import Adjudication, statement
from law.packs import PackLibrary
from settlement.encounters.domain.claim import provisional_end
from settlement.encounters.domain.commands import (
    Admit,
    Cancel,
    Command,
    Discharge,
    Numbers,
    Presented,
    Refer,
    Settle,
    Tells,
)
from settlement.encounters.domain.encounter import DECIDER, forecast
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.queries.admission import load_admission, stays_beside
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.institutions.domain import locality
from settlement.people.domain import check_alive
from settlement.referrals.domain import check_free, check_referral

Answer = Callable[[Sequence[EncounterEvent]], Any]


class Arriving(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes to a hospital's door, what for, and what is shown there."""

    person_id: str
    kind: str
    admitted_on: date
    referral_id: str | None = None
    disease: str | None = None
    handbook_check_id: str | None = None
    numbers: Numbers = Numbers()
    diagnoses: tuple[str, ...] = ()


class EncounterCommands:
    """The commands about an encounter, one method each; ``answer`` makes the body from what was decided."""

    def __init__(self, runtime: Runtime, library: PackLibrary, files: CaseFiles, *, tells: Tells) -> None:
        self._tells = tells
        self._runtime = runtime
        self._library = library
        self._files = files

    async def admit(self, context: CommandContext, hospital_id: str, arriving: Arriving, answer: Answer) -> Answered:
        """Take a person in at a hospital."""
        encounter_id = context.new_id("encounter")
        person_id, referral_id, day = arriving.person_id, arriving.referral_id, arriving.admitted_on

        async def attempt() -> Outcome:
            file = await load_admission(
                self._runtime,
                person_id,
                hospital_id,
                referral_id,
                arriving.handbook_check_id,
                encounter_id=encounter_id,
                day=day,
            )
            check_alive(person_id, file.life, day)
            if referral_id is not None:
                check_referral(referral_id, person_id, hospital_id, file.referral_told)
                check_free(referral_id, file.referral_taken_by)
            excluding = arriving.kind == "inpatient" or referral_id is not None
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
                others=file.others,
                admission_number=file.admissions + 1 if excluding else None,
                numbers=arriving.numbers,
                diagnoses=arriving.diagnoses,
            )
            events = tuple(DECIDER.decide(command, DECIDER.initial))
            append = StreamAppend(Stream(f"encounter/{encounter_id}"), events)
            return Outcome((append,), answer(events), 201, person_id)

        return await self._runtime.path.run(context, attempt)

    async def refer(
        self, context: CommandContext, hospital_id: str, encounter_id: str, referral_id: str, answer: Answer
    ) -> Answered:
        """Name the referral of a stay that began without one."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            # A stay that goes on under a record that was merged away is the surviving record's.
            admitted_on = file.opened.admission.admitted_on
            told = await load_admission(
                self._runtime, file.year_of, hospital_id, referral_id, encounter_id=encounter_id, day=admitted_on
            )
            check_referral(referral_id, file.year_of, hospital_id, told.referral_told)
            check_free(referral_id, told.referral_taken_by)
            return outcome_of(file, Refer(referral_id, told.admissions + 1), answer)

        return await self._runtime.path.run(context, attempt)

    async def cancel(
        self, context: CommandContext, hospital_id: str, encounter_id: str, command: Cancel, answer: Answer
    ) -> Answered:
        """Take the admission back."""

        async def attempt() -> Outcome:
            return outcome_of(await self._files.of(encounter_id, hospital_id), command, answer)

        return await self._runtime.path.run(context, attempt)

    async def discharge(
        self, context: CommandContext, hospital_id: str, encounter_id: str, command: Discharge, answer: Answer
    ) -> Answered:
        """End a stay, at the latest on the day of the person's death and beside no other stay."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            admission = file.opened.admission
            others = await stays_beside(self._runtime, file.year_of, encounter_id, admission.admitted_on)
            known = msgspec.structs.replace(command, deceased_on=file.who.deceased_on, others=others)
            return outcome_of(file, known, answer)

        return await self._runtime.path.run(context, attempt)

    async def settle(
        self, context: CommandContext, hospital_id: str, encounter_id: str, presented: Presented, answer: Answer
    ) -> Answered:
        """Settle an encounter's bill."""
        settlement_id = context.new_id("settlement")

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            return outcome_of(file, self._settle(file, settlement_id, presented, context.now), answer, 201)

        return await self._runtime.path.run(context, attempt)

    async def pre_settle(
        self, hospital_id: str, encounter_id: str, presented: Presented, now: datetime
    ) -> tuple[Adjudication, tuple[str, ...], date | None]:
        """What settling now would come to, and the patient's statement of it; nothing is written.

        The last is the day as of which a stay that goes on is taken to end.
        """
        file = await self._files.of(encounter_id, hospital_id)
        # Who states a total wants it compared here, too: what passes now is not refused at the window.
        bill = forecast(self._settle(file, "", presented, now), file.state)
        provisional = bill.claim.discharged_on if file.opened.discharge is None else None
        return bill.adjudication, statement(bill.adjudication, bill.claim, bill.policy.file), provisional

    def _settle(self, file: CaseFile, settlement_id: str, presented: Presented, now: datetime) -> Settle:
        discharge = file.opened.discharge
        ended = discharge.discharged_on if discharge else provisional_end(now, file.who.deceased_on)
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
            tells=self._tells,
        )


def outcome_of(file: CaseFile, command: Command, answer: Answer, status: int = 200) -> Outcome:
    """What a command about an encounter writes and answers; raises Refused."""
    events = tuple(DECIDER.decide(command, file.state))
    return Outcome((StreamAppend(file.stream, events),), answer(events), status, file.opened.admission.person_id)
