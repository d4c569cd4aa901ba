"""Commands about chronic certification: register certifiers, certify, file, cancel."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from identity.certification.domain import certifications, certifiers, filings
from identity.certification.domain.certifications import (
    CancelCertification,
    Certify,
    Command,
    State,
    TakeOverCertification,
)
from identity.certification.domain.certifiers import Certifier
from identity.certification.domain.filings import ChronicFiled, File
from identity.certification.queries import CertificationQueries
from identity.persons.domain.certification import Certification, Doctor, Title
from identity.persons.queries.persons import PersonQueries
from kernel.http import Idempotency, RequestBody
from kernel.http.fields import Text
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision
from law.packs import PackLibrary
from law.packs.rules import Certification as Rule

MONTH: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
#: The name that some system gave to a disease, a doctor, a hospital, a certification.
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class DoctorBody(RequestBody, frozen=True):
    """A doctor by licence number, title and specialty."""

    doctor_id: Code
    title: Literal["RESIDENT", "ATTENDING", "DEPUTY_CHIEF", "CHIEF"]
    specialty: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class CertifyBody(RequestBody, frozen=True):
    """A disease of the list, and the doctors who certify it."""

    disease: Code
    doctors: Annotated[tuple[DoctorBody, ...], msgspec.Meta(min_length=1, max_length=6)]


class TakeOverBody(RequestBody, frozen=True):
    """A certification of the system before, and where that is written."""

    disease: Code
    hospital_id: Code
    certified_on: date
    source: Text


class FilingBody(RequestBody, frozen=True):
    """The hospital's list of a month and the day of its seal; no other papers are asked for."""

    month: Annotated[str, msgspec.Meta(pattern=MONTH)]
    certification_ids: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=5000)]
    sealed_on: date


class CertificationCommands:
    """Commands of certification, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests, *, tells_doctors: bool) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests
        self._tells_doctors = tells_doctors
        self._persons = PersonQueries(runtime)
        self._queries = CertificationQueries(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today

    @property
    def disease_names(self) -> dict[str, str]:
        """The names of all diseases that may be certified anywhere, by code."""
        rules = [pack.file.certification for pack in self._library.packs]
        listed = [rule.disease_list for rule in rules if rule is not None and rule.disease_list is not None]
        return {disease.code: disease.name for one in listed for disease in one.diseases}

    def rule(self, county: str, on: date) -> Rule:
        """Who may certify what in a county; raises Refused CERTIFICATION_RULE_MISSING, POLICY_UNKNOWN."""
        for policy in self._library.newest(county, on):
            if policy.file.certification is not None:
                return policy.file.certification
        raise Refused(
            "CERTIFICATION_RULE_MISSING",
            f"no policy in force in {county} on {on} knows special chronic diseases that are certified",
            about={"division": county},
        )

    async def register_certifier(self, caller: Principal, key: Idempotency, certifier: Certifier) -> Answered:
        """Enter an institution that may certify, or replace its entry."""
        context, stream_id = self._requests.by(caller, key), f"certifier/{certifier.hospital_id}"
        body = {"hospital_id": certifier.hospital_id}
        return await self._runtime.path.decide(
            context, certifiers.DECIDER, stream_id, certifier, lambda _: body, status=201
        )

    async def certify(self, caller: Principal, key: Idempotency, person_id: str, told: CertifyBody) -> Answered:
        """Certify a disease at the caller's hospital; benefits count from this moment's day on."""
        context = self._requests.by(caller, key)
        new = Certification(
            certification_id=context.new_id("certification"),
            disease=told.disease,
            hospital_id=caller.organisation or "",
            doctors=tuple(Doctor(d.doctor_id, Title[d.title], d.specialty) for d in told.doctors),
            certified_at=context.now,
            effective_from=context.today,
        )

        async def gather(_state: State) -> Command:
            rule = await self._rule_for(person_id, context.today)
            return Certify(new, await self._queries.certifier(new.hospital_id), rule)

        return await self._of_person(context, person_id, new.certification_id, gather, status=201)

    async def take_over(self, caller: Principal, key: Idempotency, person_id: str, told: TakeOverBody) -> Answered:
        """Onboarding: enter a certification of the system before, with its own day."""
        context = self._requests.by(caller, key)
        new = Certification(
            certification_id=context.new_id("certification"),
            disease=told.disease,
            hospital_id=told.hospital_id,
            doctors=(),
            certified_at=context.now,
            effective_from=told.certified_on,
            source=told.source,
        )

        async def gather(_state: State) -> Command:
            rule = await self._rule_for(person_id, told.certified_on)
            return TakeOverCertification(new, rule, context.today)

        return await self._of_person(context, person_id, new.certification_id, gather, status=201)

    async def cancel(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        certification_id: str,
        cancelled_from: date,
        reason: str,
    ) -> Answered:
        """Cancel a certification from a day on."""
        context = self._requests.by(caller, key)

        async def gather(_state: State) -> Command:
            return CancelCertification(certification_id, cancelled_from, reason, context.today, self._tells_doctors)

        return await self._of_person(context, person_id, certification_id, gather)

    async def file(self, caller: Principal, key: Idempotency, told: FilingBody) -> Answered:
        """File the list of a month of the caller's hospital, or what its list had left out."""
        context = self._requests.by(caller, key)
        hospital_id, month = caller.organisation or "", told.month

        async def gather(_state: filings.State) -> File:
            return File(
                hospital_id=hospital_id,
                of_month=await self._queries.ids_of_month(hospital_id, month),
                filed_by=caller.subject,
                today=context.today,
                **msgspec.structs.asdict(told),
            )

        def answer(decision: Decision[filings.State, ChronicFiled]) -> dict[str, str | int]:
            filed = len(decision.events[0].certification_ids)
            return {"hospital_id": hospital_id, "month": month, "filed": filed}

        stream_id = f"chronic-filing/{hospital_id}/{month}"
        return await self._runtime.path.gather(context, filings.DECIDER, stream_id, gather, answer, status=201)

    async def _of_person(
        self,
        context: CommandContext,
        person_id: str,
        certification_id: str,
        gather: Callable[[State], Awaitable[Command]],
        status: int = 200,
    ) -> Answered:
        body = {"person_id": person_id, "certification_id": certification_id}
        return await self._runtime.path.gather(
            context,
            certifications.DECIDER,
            f"person/{person_id}",
            gather,
            lambda _: body,
            status=status,
            contended=person_id,
        )

    async def _rule_for(self, person_id: str, on: date) -> Rule:
        return self.rule((await self._persons.known(person_id)).county, on)
