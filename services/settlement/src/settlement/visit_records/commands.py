"""Entering a clinic's book: each record is a write of its own, so one that is refused holds up no other."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from kernel.http import current_correlation_id
from kernel.running.runtime import Runtime
from kernel.values.divisions import pooling_area
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary
from settlement.encounters.domain import commands as of_encounter
from settlement.encounters.domain import encounter
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed
from settlement.encounters.domain.whole_life import whole_life
from settlement.encounters.queries.admission import AdmissionFile, load_admission
from settlement.institutions.domain import locality
from settlement.people.domain import check_alive
from settlement.people.queries import PersonQueries
from settlement.visit_records.domain import VisitRecord, check_paper, record_changed, settled_before, visit_known
from settlement.visit_records.queries import VisitQueries
from settlement.years.queries import YearQueries

#: Makes the answer of a settlement.
Answer = Callable[[SettlementConfirmed], object]


class VisitRecordCommands:
    """The command of those who enter a clinic's book."""

    def __init__(
        self,
        runtime: Runtime,
        library: PackLibrary,
        visits: VisitQueries,
        *,
        tells: of_encounter.Tells,
    ) -> None:
        self._tells = tells
        self._runtime = runtime
        self._library = library
        self._visits = visits
        self._people = PersonQueries(runtime)
        self._years = YearQueries(runtime)

    async def enter(self, actor: str, clinic_id: str, record: VisitRecord, now: datetime, answer: Answer) -> Answered:
        """Settle a record as of the day of its visit; entered again it is answered again. Raises Refused."""
        context = CommandContext(
            scope="visit-records",
            key=f"{clinic_id}/{record.number}",
            request_hash=hashlib.sha256(msgspec.json.encode(record, order="deterministic")).digest(),
            actor=actor,
            now=now,
            correlation_id=current_correlation_id(),
        )
        encounter_id = context.new_id("encounter")

        async def attempt() -> Outcome:
            stream, state = await self._runtime.path.standing(encounter.DECIDER, f"encounter/{encounter_id}")
            known = settled_before(record, state)
            if known is not None:  # longer ago than answers are kept
                return Outcome((), answer(known))
            beside = await load_admission(
                self._runtime, record.person_id, clinic_id, None, encounter_id=encounter_id, day=record.on
            )
            check_paper(beside.institution)
            check_alive(record.person_id, beside.life, record.on)
            same = None if record.second_visit else await self._visits.same_visit(clinic_id, record)
            if same is not None:
                raise visit_known(record, same)
            events = await self._settled(context, encounter_id, record, beside)
            settled = events[-1]
            assert isinstance(settled, SettlementConfirmed), "the visit was settled just now"
            return Outcome((StreamAppend(stream, events),), answer(settled), 201, record.person_id)

        try:
            return await self._runtime.path.run(context, attempt)
        except Refused as refused:
            if refused.code == "IDEMPOTENCY_KEY_REUSED":
                raise record_changed(record.number) from None
            raise

    async def _settled(
        self, context: CommandContext, encounter_id: str, record: VisitRecord, beside: AdmissionFile
    ) -> tuple[EncounterEvent, ...]:
        who = await self._people.who(record.person_id)
        policies = self._library.newest(beside.county, record.on)
        admit = of_encounter.Admit(
            encounter_id=encounter_id,
            person_id=record.person_id,
            arrival=Arrival(
                kind=record.kind,
                place=locality(beside.county, beside.institution.division),
                on=record.on,
                institution=beside.institution,
                disease=record.disease,
            ),
            today=context.today,
            county=beside.county,
            standing=beside.standing,
            policies=policies,
            others=beside.others,
            numbers=of_encounter.Numbers(inpatient_number=record.number),
            diagnoses=record.diagnoses,
        )
        settle = of_encounter.Settle(
            settlement_id=context.new_id("settlement"),
            presented=of_encounter.Presented(dict(record.given_fen), patient_prepaid_fen=record.collected_fen),
            now=context.now,
            county=beside.county,
            institution=beside.institution,
            who=who,
            policies=policies,
            benefit_year=await self._year(record, beside.county),
            referral=None,
            tells=self._tells,
        )
        return whole_life(admit, of_encounter.UploadFees(record.lines, context.today), settle)

    async def _year(self, record: VisitRecord, county: str) -> BenefitYear:
        area, year = pooling_area(county), record.on.year
        begun = await self._years.benefit_year(record.person_id, area, year)
        return begun or BenefitYear(person_id=record.person_id, area=area, year=year)
