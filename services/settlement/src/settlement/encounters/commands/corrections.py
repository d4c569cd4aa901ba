"""Corrections of a stay: what would be right is decided as at the door, on all that is known now."""

from datetime import date
from typing import Any

import msgspec

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from law.packs import PackLibrary
from settlement.encounters.commands.encounters import Answer, outcome_of
from settlement.encounters.domain.commands import (
    Admit,
    CorrectAdmission,
    CorrectDischarge,
    Discharge,
    Numbers,
    UndoDischarge,
)
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.queries.admission import AdmissionFile, load_admission
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.institutions.domain import locality
from settlement.people.domain import check_alive


class RightAdmission(msgspec.Struct, frozen=True, kw_only=True):
    """What would be right at the door; None leaves what was said."""

    reason: str
    kind: str | None = None
    admitted_on: date | None = None
    disease: str | None = None
    diagnoses: tuple[str, ...] | None = None
    inpatient_number: str | None = None
    operator: str | None = None
    message_id: str | None = None


class RightDischarge(msgspec.Struct, frozen=True, kw_only=True):
    """What would be right of a discharge; None leaves what was said."""

    reason: str
    discharged_on: date | None = None
    cause: str | None = None
    mental_disorder: bool | None = None
    valid_invoice: bool | None = None
    major_disease: bool | None = None


class CorrectionCommands:
    """The corrections that hospitals make, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, files: CaseFiles) -> None:
        self._runtime = runtime
        self._library = library
        self._files = files

    async def admission(
        self, context: CommandContext, hospital_id: str, encounter_id: str, right: RightAdmission, answer: Answer
    ) -> Answered:
        """Correct what was said at the door; the terms are worked out anew."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            day = right.admitted_on or file.opened.admission.admitted_on
            beside = await self._beside(file, day)
            check_alive(file.opened.admission.person_id, beside.life, day)
            command = CorrectAdmission(self._admit(context, file, beside, right), right.reason, context.now)
            before = file.opened.admission
            return outcome_of(file, command, lambda events: answer(events or (before,)))

        return await self._runtime.path.run(context, attempt)

    async def discharge(
        self, context: CommandContext, hospital_id: str, encounter_id: str, right: RightDischarge, answer: Answer
    ) -> Answered:
        """Correct the day or the facts of a discharge, in life and beside no other stay."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            admission, before = file.opened.admission, file.opened.discharge
            beside = await self._beside(file, admission.admitted_on)
            said: dict[str, Any] = {} if before is None else msgspec.structs.asdict(before)
            unchanged = () if before is None else (before,)
            names = Discharge.__struct_fields__
            given = {name: value for name, value in msgspec.structs.asdict(right).items() if value is not None}
            facts = {name: value for name, value in (said | given).items() if name in names}
            facts.setdefault("discharged_on", context.today)
            known = {"today": context.today, "deceased_on": file.who.deceased_on, "others": beside.others}
            command = CorrectDischarge(
                Discharge(**facts | known), right.reason, context.now, _next(file, beside, "inpatient")
            )
            return outcome_of(file, command, lambda events: answer(events or unchanged))

        return await self._runtime.path.run(context, attempt)

    async def undo(
        self, context: CommandContext, hospital_id: str, encounter_id: str, reason: str, answer: Answer
    ) -> Answered:
        """Take a discharge back: the stay goes on."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            return outcome_of(file, UndoDischarge(reason, context.now), answer)

        return await self._runtime.path.run(context, attempt)

    async def _beside(self, file: CaseFile, day: date) -> AdmissionFile:
        """The person and the other stays; a stay under a record that was merged away is the surviving record's."""
        admission = file.opened.admission
        return await load_admission(
            self._runtime, file.year_of, admission.hospital_id, None, encounter_id=admission.encounter_id, day=day
        )

    def _admit(self, context: CommandContext, file: CaseFile, beside: AdmissionFile, right: RightAdmission) -> Admit:
        before = file.opened.admission
        kind, day = right.kind or before.kind, right.admitted_on or before.admitted_on
        return Admit(
            encounter_id=before.encounter_id,
            person_id=before.person_id,
            arrival=Arrival(
                kind=kind,
                place=locality(before.county, beside.institution.division),
                on=day,
                institution=beside.institution,
                disease=right.disease or before.disease,
                handbook=before.handbook,
            ),
            today=context.today,
            county=before.county,
            standing=beside.standing,
            policies=self._library.newest(before.county, day),
            referral_id=before.referral_id,
            others=beside.others,
            admission_number=_next(file, beside, kind),
            numbers=Numbers(
                inpatient_number=right.inpatient_number or before.inpatient_number,
                operator=right.operator or before.operator,
                message_id=right.message_id or before.message_id,
            ),
            diagnoses=before.diagnoses if right.diagnoses is None else right.diagnoses,
        )


def _next(file: CaseFile, beside: AdmissionFile, kind: str) -> int | None:
    """The number that keeps a correction apart from an admission at the same moment; a merged record has none left."""
    apart = kind == "inpatient" and file.year_of == file.opened.admission.person_id
    return beside.admissions + 1 if apart else None
