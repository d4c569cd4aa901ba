"""Commands: gather what each decision needs, decide, and commit."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import uuid5

from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from law import Adjudication, most_favourable, statement
from law.packs import PackLibrary
from settlement.encounters.domain import refusals
from settlement.encounters.domain.adopted_law import adopt
from settlement.encounters.domain.commands import Admit, Command, Discharge, Refer, Revoke, Settle, UploadFees, VoidFees
from settlement.encounters.domain.encounter import DECIDER, claim_of
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed
from settlement.encounters.domain.state import Settled, Unknown
from settlement.encounters.queries.admission import load_admission
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.encounters.queries.encounters import Queries
from settlement.institutions.domain.institution import InstitutionContracted, contract
from settlement.institutions.domain.place import check_referral, locality, pooling_area
from settlement.years.domain.benefit_year import BenefitYear, open_with

__all__ = ["Handlers"]

Answer = Callable[[Sequence[EncounterEvent]], Any]


class Handlers:
    """Settlement's commands, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, queries: Queries, clock: Clock) -> None:
        self._runtime = runtime
        self._library = library
        self._queries = queries
        self._clock = clock
        self._files = CaseFiles(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

    async def adopt_policies(self) -> None:
        """Store every pack that is not in the event store yet; what settles by it can be replayed from there."""
        for pack in self._library.packs:
            stream, known = await self._runtime.store.load(f"policy/{pack.digest}")
            if known:
                continue
            context = CommandContext.of_service("settlement", f"adopt/{pack.digest}", self._clock())

            async def attempt(stream: Stream = stream, pack: Any = pack) -> Outcome:
                return Outcome((StreamAppend(stream, (adopt(pack),)),), {"policy": pack.pack_id})

            await self._runtime.path.run(context, attempt)

    async def admit(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        person_id: str,
        kind: str,
        admitted_on: date,
        referral_id: str | None,
        disease: str | None,
        handbook_check_id: str | None,
        answer: Answer,
    ) -> Answered:
        """Take a person in at the caller's hospital."""
        context = self._context(caller, key)
        hospital_id = organisation_of(caller)
        encounter_id = str(uuid5(context.command_id, "encounter"))

        async def attempt() -> Outcome:
            file = await load_admission(self._runtime, person_id, hospital_id, referral_id, handbook_check_id)
            if file.deceased_on is not None and file.deceased_on < admitted_on:
                raise Refused("PERSON_DECEASED", f"person {person_id} is recorded as deceased on {file.deceased_on}")
            if referral_id is not None:
                check_referral(referral_id, person_id, hospital_id, file.referral_told)
            policy, *rivals = self._library.newest(file.county, admitted_on)
            command = Admit(
                encounter_id,
                person_id,
                hospital_id,
                kind,
                admitted_on,
                self.today,
                file.county,
                pooling_area(file.county),
                file.standing,
                policy,
                locality(file.county, file.institution.division),
                file.institution,
                referral_id,
                tuple(rivals),
                disease,
                file.handbook,
            )
            events = tuple(DECIDER.decide(command, Unknown()))
            append = StreamAppend(Stream(f"encounter/{encounter_id}"), events)
            return Outcome((append,), answer(events), 201)

        return await self._runtime.path.run(context, attempt)

    async def refer(
        self, caller: Principal, key: Idempotency, encounter_id: str, referral_id: str, answer: Answer
    ) -> Answered:
        """Name the referral of a stay that began without one."""
        hospital_id = organisation_of(caller)

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            # A stay that goes on under a record that was merged away is the surviving record's.
            told = await load_admission(self._runtime, file.year_of, hospital_id, referral_id)
            check_referral(referral_id, file.year_of, hospital_id, told.referral_told)
            return _outcome(file, Refer(referral_id), answer, 200)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def change(
        self,
        caller: Principal,
        key: Idempotency,
        encounter_id: str,
        command: UploadFees | VoidFees | Discharge,
        answer: Answer,
        status: int = 200,
    ) -> Answered:
        """Upload or void fees, or discharge."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, organisation_of(caller))
            return _outcome(file, command, answer, status)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def settle(
        self,
        caller: Principal,
        key: Idempotency,
        encounter_id: str,
        *,
        given_fen: dict[str, int],
        stated_total_fen: int | None,
        patient_prepaid_fen: int | None,
        answer: Answer,
    ) -> Answered:
        """Settle an encounter's bill."""
        context = self._context(caller, key)
        settlement_id = str(uuid5(context.command_id, "settlement"))

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, organisation_of(caller))
            command = self._settle_command(
                file, context, settlement_id, given_fen, stated_total_fen, patient_prepaid_fen
            )
            return _outcome(file, command, answer, 201)

        return await self._runtime.path.run(context, attempt)

    async def pre_settle(
        self, caller: Principal, encounter_id: str, given_fen: dict[str, int], patient_prepaid_fen: int | None
    ) -> tuple[Adjudication, tuple[str, ...]]:
        """What settling now would come to, and the patient's statement of it; nothing is written."""
        file = await self._files.of(encounter_id, organisation_of(caller))
        context = CommandContext.of_service("", "", self._clock())
        command = self._settle_command(file, context, "", given_fen, None, patient_prepaid_fen)
        if isinstance(file.state, Settled):
            raise refusals.already_settled(encounter_id, file.state.settlement.settlement_id)
        claim = claim_of(command, file.opened)
        candidates = (command.policy, *command.rivals)
        policy, result = most_favourable(claim, command.standing, command.benefit_year.balances_fen, candidates)
        return result, statement(result, claim, policy.file)

    async def revoke(
        self, caller: Principal, key: Idempotency, settlement_id: str, reason: str, answer: Answer
    ) -> Answered:
        """Take the person's latest settlement back."""
        context = self._context(caller, key)

        async def attempt() -> Outcome:
            row = await self._queries.settlement_row(settlement_id)
            if row is None:
                raise refusals.settlement_unknown(settlement_id)
            file = await self._files.of(row["encounter_id"], organisation_of(caller))
            command = Revoke(settlement_id, reason, context.now, file.year(row["year"]))
            return _outcome(file, command, answer, 201)

        return await self._runtime.path.run(context, attempt)

    async def open_benefit_year(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        person_id: str,
        area: str,
        year: int,
        balances_fen: dict[str, int],
        source: str,
    ) -> Answered:
        """Onboarding: take over a person's accumulators from the system before this one."""

        async def attempt() -> Outcome:
            current = await self._queries.benefit_year(person_id, area, year)
            event = open_with(current or BenefitYear(person_id, area, year), balances_fen, source)
            stream = Stream(f"benefit-year/{area}/{person_id}/{year}")
            body = {"person_id": person_id, "area": area, "year": year}
            return Outcome((StreamAppend(stream, (event,)),), body, 201, contended=person_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def contract_institution(
        self, caller: Principal, key: Idempotency, command: InstitutionContracted
    ) -> Answered:
        """Enter an institution into the registry, or replace its entry."""

        async def attempt() -> Outcome:
            stream, _ = await self._runtime.store.load(f"institution/{command.hospital_id}")
            body = {"hospital_id": command.hospital_id}
            return Outcome((StreamAppend(stream, (contract(command),)),), body, 201)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    def _settle_command(
        self,
        file: CaseFile,
        context: CommandContext,
        settlement_id: str,
        given_fen: dict[str, int],
        stated_total_fen: int | None,
        patient_prepaid_fen: int | None,
    ) -> Settle:
        encounter = file.opened
        ended = encounter.discharge.discharged_on if encounter.discharge else self.today
        policy, *rivals = self._library.newest(file.county, ended)
        referral = file.referral
        approved = referral is not None and referral.approved
        emergency = referral is not None and referral.emergency_admitted_on == encounter.admission.admitted_on
        return Settle(
            settlement_id,
            given_fen,
            context.now,
            file.county,
            locality(file.county, file.institution.division),
            file.institution,
            file.standing,
            policy,
            file.year(ended.year),
            stated_total_fen,
            referral.approved_on if referral is not None and approved else None,
            patient_prepaid_fen,
            tuple(rivals),
            file.identity_revision,
            file.certificates,
            emergency,
        )

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)


def organisation_of(caller: Principal) -> str:
    """The hospital that the caller acts for."""
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation


def _outcome(file: CaseFile, command: Command, answer: Answer, status: int) -> Outcome:
    events = tuple(DECIDER.decide(command, file.state))
    contended = file.opened.admission.person_id
    return Outcome((StreamAppend(file.stream, events),), answer(events), status, contended)


def settlement_in(events: Sequence[EncounterEvent]) -> SettlementConfirmed:
    """The settlement among a decision's events."""
    return next(event for event in events if isinstance(event, SettlementConfirmed))
