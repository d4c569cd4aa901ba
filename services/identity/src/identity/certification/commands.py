"""Commands about chronic certification: register certifiers, certify, file, cancel."""

from datetime import date
from uuid import uuid5

from identity.certification.domain.certifier import Certifier, register
from identity.certification.domain.certifying import (
    DECIDER,
    CancelCertification,
    Certify,
    Command,
    TakeOverCertification,
)
from identity.certification.domain.filing import DECIDER as FILING
from identity.certification.domain.filing import File
from identity.certification.queries import CertificationQueries
from identity.persons.domain.certification import Certification, Doctor
from identity.persons.domain.person import person_unknown
from identity.persons.queries.persons import PersonQueries
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
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary
from law.packs.rules import Certification as Rule

_CREATED = 201


class CertificationHandlers:
    """Commands of certification, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, clock: Clock) -> None:
        self._runtime = runtime
        self._library = library
        self._clock = clock
        self._persons = PersonQueries(runtime)
        self._queries = CertificationQueries(runtime)

    @property
    def disease_names(self) -> dict[str, str]:
        """The names of all diseases that may be certified anywhere, by code."""
        rules = [pack.file.certification for pack in self._library.packs]
        listed = [rule.disease_list for rule in rules if rule is not None and rule.disease_list is not None]
        return {disease.code: disease.name for one in listed for disease in one.diseases}

    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

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

        async def attempt() -> Outcome:
            stream, _ = await self._runtime.store.load(f"certifier/{certifier.hospital_id}")
            body = {"hospital_id": certifier.hospital_id}
            return Outcome((StreamAppend(stream, (register(certifier),)),), body, _CREATED)

        return await self._runtime.path.run(self._context(caller, key), attempt)

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
        context = self._context(caller, key)
        certification_id = str(uuid5(context.command_id, "certification"))
        today = china_date(context.now)
        new = Certification(
            certification_id=certification_id,
            disease=disease,
            hospital_id=hospital_id,
            doctors=doctors,
            certified_at=context.now,
            effective_from=today,
        )

        async def attempt() -> Outcome:
            person = await self._persons.person(person_id)
            if person is None:
                raise person_unknown()
            rule = self.rule(person.county, today)
            certifier = await self._queries.certifier(hospital_id)
            return await self._outcome(person_id, Certify(new, certifier, rule), certification_id, _CREATED)

        return await self._runtime.path.run(context, attempt)

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
        context = self._context(caller, key)
        certification_id = str(uuid5(context.command_id, "certification"))
        new = Certification(
            certification_id=certification_id,
            disease=disease,
            hospital_id=hospital_id,
            doctors=(),
            certified_at=context.now,
            effective_from=certified_on,
            source=source,
        )

        async def attempt() -> Outcome:
            person = await self._persons.person(person_id)
            if person is None:
                raise person_unknown()
            command = TakeOverCertification(new, self.rule(person.county, certified_on), self.today())
            return await self._outcome(person_id, command, certification_id, _CREATED)

        return await self._runtime.path.run(context, attempt)

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
        command = CancelCertification(certification_id, cancelled_from, reason, self.today())
        return await self._runtime.path.run(
            self._context(caller, key), lambda: self._outcome(person_id, command, certification_id, 200)
        )

    async def file(
        self,
        caller: Principal,
        key: Idempotency,
        hospital_id: str,
        *,
        month: str,
        first_day: date,
        certification_ids: tuple[str, ...],
        sealed_on: date,
    ) -> Answered:
        """File a hospital's list of a month, or what its list had left out."""

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"chronic-filing/{hospital_id}/{month}")
            of_month = await self._queries.ids_of_month(hospital_id, first_day)
            command = File(hospital_id, month, certification_ids, of_month, sealed_on, caller.subject, self.today())
            events = tuple(FILING.decide(command, FILING.fold(past)))
            body = {"hospital_id": hospital_id, "month": month, "filed": len(events[0].certification_ids)}
            return Outcome((StreamAppend(stream, events),), body, _CREATED, contended=stream.stream_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def _outcome(self, person_id: str, command: Command, certification_id: str, status: int) -> Outcome:
        stream, past = await self._runtime.store.load(f"person/{person_id}")
        events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
        body = {"person_id": person_id, "certification_id": certification_id}
        return Outcome((StreamAppend(stream, events),), body, status, contended=person_id)

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)
