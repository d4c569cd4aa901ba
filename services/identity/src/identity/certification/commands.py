"""Commands about chronic certification: register certifiers, certify, file, cancel."""

from collections.abc import Awaitable, Callable
from datetime import date

from identity.certification.domain import certifications, certifiers, filings
from identity.certification.domain.certifications import CancelCertification, Certify, Command, TakeOverCertification
from identity.certification.domain.certifiers import Certifier
from identity.certification.domain.filings import File
from identity.certification.queries import CertificationQueries
from identity.persons.domain.certification import Certification, Doctor
from identity.persons.domain.entitlement import Entitlement
from identity.persons.queries.persons import PersonQueries
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from law.packs import PackLibrary
from law.packs.rules import Certification as Rule


class CertificationCommands:
    """Commands of certification, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests
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

    async def certify(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        disease: str,
        hospital_id: str,
        doctors: tuple[Doctor, ...],
    ) -> Answered:
        """Certify a disease; benefits count from this moment's day on."""
        context = self._requests.by(caller, key)
        new = Certification(
            certification_id=context.new_id("certification"),
            disease=disease,
            hospital_id=hospital_id,
            doctors=doctors,
            certified_at=context.now,
            effective_from=context.today,
        )

        async def gather(_state: Entitlement | None) -> Certify:
            rule = await self._rule_for(person_id, context.today)
            return Certify(new, await self._queries.certifier(hospital_id), rule)

        return await self._of_person(context, person_id, new.certification_id, gather, status=201)

    async def take_over(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        disease: str,
        hospital_id: str,
        certified_on: date,
        source: str,
    ) -> Answered:
        """Onboarding: enter a certification of the system before, with its own day."""
        context = self._requests.by(caller, key)
        new = Certification(
            certification_id=context.new_id("certification"),
            disease=disease,
            hospital_id=hospital_id,
            doctors=(),
            certified_at=context.now,
            effective_from=certified_on,
            source=source,
        )

        async def gather(_state: Entitlement | None) -> TakeOverCertification:
            return TakeOverCertification(new, await self._rule_for(person_id, certified_on), context.today)

        return await self._of_person(context, person_id, new.certification_id, gather, status=201)

    async def cancel(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        certification_id: str,
        *,
        cancelled_from: date,
        reason: str,
    ) -> Answered:
        """Cancel a certification from a day on."""
        context = self._requests.by(caller, key)

        async def gather(_state: Entitlement | None) -> CancelCertification:
            return CancelCertification(certification_id, cancelled_from, reason, context.today)

        return await self._of_person(context, person_id, certification_id, gather, status=200)

    async def file(
        self,
        caller: Principal,
        key: Idempotency,
        hospital_id: str,
        *,
        month: str,
        certification_ids: tuple[str, ...],
        sealed_on: date,
    ) -> Answered:
        """File a hospital's list of a month, or what its list had left out."""
        context = self._requests.by(caller, key)

        async def gather(_state: filings.State) -> File:
            return File(
                hospital_id=hospital_id,
                month=month,
                certification_ids=certification_ids,
                of_month=await self._queries.ids_of_month(hospital_id, month),
                sealed_on=sealed_on,
                filed_by=caller.subject,
                today=context.today,
            )

        return await self._runtime.path.gather(
            context,
            filings.DECIDER,
            f"chronic-filing/{hospital_id}/{month}",
            gather,
            lambda decision: {
                "hospital_id": hospital_id,
                "month": month,
                "filed": len(decision.events[0].certification_ids),
            },
            status=201,
        )

    async def _of_person(
        self,
        context: CommandContext,
        person_id: str,
        certification_id: str,
        gather: Callable[[Entitlement | None], Awaitable[Command]],
        *,
        status: int,
    ) -> Answered:
        body = {"person_id": person_id, "certification_id": certification_id}
        stream_id = f"person/{person_id}"
        return await self._runtime.path.gather(
            context,
            certifications.DECIDER,
            stream_id,
            gather,
            lambda _: body,
            status=status,
            contended=person_id,
        )

    async def _rule_for(self, person_id: str, on: date) -> Rule:
        return self.rule((await self._persons.known(person_id)).county, on)
