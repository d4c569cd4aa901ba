"""Cases: papers taken in, completed and returned, settled in one step, and paid."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.divisions import pooling_area
from kernel.values.refusals import conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store import Stream, StreamAppend
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from settlement.cases.domain.by_law import auditors_of, clock_of
from settlement.cases.domain.case import (
    DECIDER,
    AddPapers,
    Command,
    HandIn,
    Pay,
    Settle,
    Sign,
    Withdraw,
    check_settleable,
    invoice_known,
)
from settlement.cases.domain.papers import PaperKind
from settlement.cases.domain.seconded import NOBODY_NAMED, Seconded
from settlement.cases.domain.standing import Case, Clock
from settlement.cases.domain.windows import check_said, check_window
from settlement.cases.queries import CaseQueries
from settlement.encounters.domain import commands as of_encounter
from settlement.encounters.domain import encounter
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.domain.state import Settled, State
from settlement.encounters.domain.stays import check_alone
from settlement.encounters.domain.whole_life import whole_life
from settlement.encounters.queries.admission import AdmissionFile, load_admission
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.institutions.domain import locality
from settlement.institutions.queries import InstitutionQueries
from settlement.people.domain import check_alive
from settlement.people.queries import PersonQueries
from settlement.referrals.domain import check_free, check_referral
from settlement.years.queries import YearQueries

Answer = Callable[[Case], Any]
SettledAnswer = Callable[[Sequence[EncounterEvent]], Any]


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as the papers have it: lines, what payers give, what the patient paid, and what may exclude it."""

    lines: tuple[FeeLine, ...]
    presented: of_encounter.Presented
    cause: str
    mental_disorder: bool
    major_disease: bool
    diagnoses: tuple[str, ...] = ()


class CaseCommands:
    """One method a command of the agency."""

    def __init__(
        self,
        runtime: Runtime,
        library: PackLibrary,
        files: CaseFiles,
        queries: CaseQueries,
        needed: frozenset[PaperKind],
        seconded: Seconded = NOBODY_NAMED,
        *,
        tells: of_encounter.Tells,
        windows: frozenset[str] = frozenset(),
    ) -> None:
        self._tells = tells
        self._windows = windows
        self._runtime = runtime
        self._library = library
        self._files = files
        self._queries = queries
        self._people = PersonQueries(runtime)
        self._institutions = InstitutionQueries(runtime)
        self._years = YearQueries(runtime)
        self._needed = needed
        self._seconded = seconded

    async def hand_in(self, context: CommandContext, case_of: Callable[[str], Case], answer: Answer) -> Answered:
        """Take papers in; ``case_of`` takes the new case's id. Another stay at the same time is said at once."""
        case = case_of(context.new_id("case"))

        async def attempt() -> Outcome:
            beside = await self._beside(case)
            await self._check_window(case, beside)
            settled = await self._queries.settled_with(case.hospital_id, case.invoice_number)
            if settled is not None:
                raise invoice_known(case.invoice_number, settled)
            if case.kind == "inpatient":
                check_alone(case.admitted_on, case.discharged_on, beside.others)
            known = msgspec.structs.replace(case, county=beside.county, told=self._tells.cases)
            command = HandIn(case=known, clock=self._clock(known), today=context.today, needed=self._needed)
            decision = decided(DECIDER, Stream(f"case/{case.case_id}"), None, command)
            return decision.outcome(answer(decision.after), 201, case.person_id)

        return await self._runtime.path.run(context, attempt)

    async def add(
        self, context: CommandContext, case_id: str, more_of: Callable[[Clock], AddPapers], answer: Answer
    ) -> Answered:
        """More papers of a case; ``more_of`` takes the clock that runs for it."""

        async def gather(case: Case | None) -> Command:
            clock = Clock(None, official_calendar()) if case is None else self._clock(case)
            return msgspec.structs.replace(more_of(clock), needed=self._needed)

        path = self._runtime.path
        return await path.gather(context, DECIDER, f"case/{case_id}", gather, lambda d: answer(d.after))

    async def decide(self, context: CommandContext, case_id: str, command: Command, answer: Answer) -> Answered:
        """Whatever else an office does about a case."""
        path = self._runtime.path
        return await path.decide(context, DECIDER, f"case/{case_id}", command, lambda d: answer(d.after))

    async def withdraw(
        self, context: CommandContext, case_id: str, reason: str, answer: Answer, *, settled_too: bool
    ) -> Answered:
        """A case was handed in by error, or where ``settled_too`` was revoked for good: then its stay goes, too."""
        path = self._runtime.path

        async def attempt() -> Outcome:
            stream, case = await path.standing(DECIDER, f"case/{case_id}")
            settled_as = case.settlement_id if case is not None else None
            standing = settled_as is None or not settled_too or await self._queries.stands(settled_as)
            ended = decided(DECIDER, stream, case, Withdraw(reason, standing))
            before = () if standing else await self._taken_back(context, ended.after, reason)
            return Outcome((*before, ended.append), answer(ended.after), contended=ended.after.person_id)

        return await path.run(context, attempt)

    async def sign(self, context: CommandContext, case_id: str, sign: Sign, answer: Answer) -> Answered:
        """A department agrees; that it agreed before changes nothing."""

        async def gather(case: Case | None) -> Command:
            named = None if case is None else self._seconded.of(case.county, sign.by)
            return msgspec.structs.replace(sign, seconded_from=named)

        path, stream_id = self._runtime.path, f"case/{case_id}"
        return await path.gather(context, DECIDER, stream_id, gather, lambda d: answer(d.after), contended=case_id)

    async def pay(self, context: CommandContext, case_id: str, on: date, answer: Answer) -> Answered:
        """The money went to the patient, for a settlement that stands."""

        async def gather(case: Case | None) -> Command:
            standing = case is not None and await self._queries.stands(case.settlement_id)
            return Pay(on, context.actor, context.today, standing)

        path = self._runtime.path
        return await path.gather(context, DECIDER, f"case/{case_id}", gather, lambda d: answer(d.after))

    async def settle(self, context: CommandContext, case_id: str, bill: Bill, answer: SettledAnswer) -> Answered:
        """Settle a case's bill as one-stop: the same sums, and the patient who has paid is the payee (R-GX-10)."""
        encounter_id, settlement_id = context.new_id("encounter"), context.new_id("settlement")

        async def attempt() -> Outcome:
            stream, found = await self._runtime.path.standing(DECIDER, f"case/{case_id}")
            standing = found is not None and await self._queries.stands(found.settlement_id)
            case = check_settleable(found, standing=standing)
            beside = await self._beside(case)
            events = await self._settled(context, case, bill, beside, (encounter_id, settlement_id))
            await self._check_visit(case, encounter.DECIDER.fold(events))
            before = await self._taken_back(context, case, "重新结算")
            to_sign = auditors_of(self._library.newest(case.county, case.discharged_on), events[-1])
            closed = decided(DECIDER, stream, case, Settle(encounter_id, settlement_id, standing, to_sign))
            append = StreamAppend(Stream(f"encounter/{encounter_id}"), events)
            return Outcome((*before, append, closed.append), answer(events[-1:]), 201, case.person_id)

        return await self._runtime.path.run(context, attempt)

    async def _beside(self, case: Case) -> AdmissionFile:
        """The person, the hospital and the other stays; raises Refused for a referral that is not this case's."""
        itself = case.encounter_id or case.case_id
        beside = await load_admission(
            self._runtime,
            case.person_id,
            case.hospital_id,
            case.referral_id,
            encounter_id=itself,
            day=case.admitted_on,
        )
        check_alive(case.person_id, beside.life, case.admitted_on)
        if case.referral_id is not None:
            check_referral(case.referral_id, case.person_id, case.hospital_id, beside.referral_told)
            check_free(case.referral_id, beside.referral_taken_by)
        return beside

    async def _check_window(self, case: Case, beside: AdmissionFile) -> None:
        """The window must be the case's own, where the office has said which it is (000 一(一)1)."""
        if case.window is None:
            check_said(beside.county, self._windows)
            return
        window = case.window
        policies = self._library.newest(beside.county, case.handed_in_on)
        kinds = [kind for policy in policies for kind in policy.file.service_points]
        lies_in = None if window.hospital_id is None else await self._institutions.one_of(window.hospital_id)
        place = locality(beside.county, beside.institution.division)
        check_window(window, place, beside.county, kinds, lies_in, case.handed_in_on)

    def _clock(self, case: Case) -> Clock:
        return clock_of(self._library.newest(case.county, case.discharged_on), official_calendar())

    async def _settled(
        self, context: CommandContext, case: Case, bill: Bill, beside: AdmissionFile, ids: tuple[str, str]
    ) -> tuple[EncounterEvent, ...]:
        """The whole life of the encounter in one step, each part decided on what the one before led to."""
        who = await self._people.who(case.person_id)
        return whole_life(
            _admit(context, self._library, case, bill, beside, ids[0]),
            of_encounter.UploadFees(bill.lines, context.today),
            of_encounter.Discharge(
                discharged_on=case.discharged_on,
                today=context.today,
                cause=bill.cause,
                mental_disorder=bill.mental_disorder,
                major_disease=bill.major_disease,
                deceased_on=who.deceased_on,
                others=beside.others,
            ),
            of_encounter.Settle(
                settlement_id=ids[1],
                presented=bill.presented,
                now=context.now,
                county=beside.county,
                institution=beside.institution,
                who=who,
                policies=self._library.newest(beside.county, case.discharged_on),
                benefit_year=await self._year(case, beside),
                referral=await self._queries.referral(case.referral_id),
                tells=self._tells,
            ),
        )

    async def _year(self, case: Case, beside: AdmissionFile) -> BenefitYear:
        area, year = pooling_area(beside.county), case.discharged_on.year
        begun = await self._years.benefit_year(case.person_id, area, year)
        return begun or BenefitYear(person_id=case.person_id, area=area, year=year)

    async def _check_visit(self, case: Case, state: State) -> None:
        """Refuse a visit that is settled by another route: a stay is found as an overlap, an invoice by its number."""
        assert isinstance(state, Settled), "the bill was settled just now"
        if case.kind == "inpatient":
            return
        same = await self._queries.same_visit(case, state.before.fees.total_fen)
        if same is not None:
            detail = f"settlement {same} is of the same day, hospital and sum; one bill is settled once"
            raise conflict("BILL_SETTLED_BEFORE", detail, settlement=same)

    async def _taken_back(self, context: CommandContext, case: Case, reason: str) -> tuple[StreamAppend, ...]:
        """The encounter of a settlement that was revoked gives way to a new one, or to none."""
        if case.encounter_id is None:
            return ()
        file: CaseFile = await self._files.of(case.encounter_id, None)
        cancel = of_encounter.Cancel(reason=reason, now=context.now)
        return (StreamAppend(file.stream, tuple(encounter.DECIDER.decide(cancel, file.state))),)


def _admit(
    context: CommandContext, library: PackLibrary, case: Case, bill: Bill, beside: AdmissionFile, encounter_id: str
) -> of_encounter.Admit:
    excluding = case.kind == "inpatient" or case.referral_id is not None
    return of_encounter.Admit(
        encounter_id=encounter_id,
        person_id=case.person_id,
        arrival=Arrival(
            kind=case.kind,
            place=locality(beside.county, beside.institution.division),
            on=case.admitted_on,
            institution=beside.institution,
            disease=case.disease,
        ),
        today=context.today,
        county=beside.county,
        standing=beside.standing,
        policies=library.newest(beside.county, case.admitted_on),
        referral_id=case.referral_id,
        others=beside.others,
        admission_number=beside.admissions + 1 if excluding else None,
        diagnoses=bill.diagnoses,
        route="AGENCY",
    )
