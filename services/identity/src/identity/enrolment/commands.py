"""Commands about enrolment: exemptions, premiums, and the city agency's applications to finance."""

from collections.abc import Callable
from datetime import date
from uuid import uuid5

from identity.enrolment.domain import premium, premium_batch
from identity.enrolment.domain.exemption import DECIDER as EXEMPTIONS
from identity.enrolment.domain.exemption import EndExemption, Exemption, ExemptionCode, GrantExemption
from identity.enrolment.domain.payers import Payer, payers
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid
from identity.enrolment.queries import EnrolmentQueries
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import Enrol, person_unknown
from identity.persons.domain.refusals import person_annulled, person_merged
from identity.persons.queries.changes import person_changed
from identity.persons.queries.persons import PersonQueries
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import Requests, requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary

_CREATED = 201


class EnrolmentHandlers:
    """Commands around enrolment, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, clock: Clock) -> None:
        self._runtime = runtime
        self._library = library
        self._clock = clock
        self._persons = PersonQueries(runtime)
        self._queries = EnrolmentQueries(runtime)

    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

    def payers(self, county: str, on: date) -> tuple[Payer, ...]:
        """Who pays premiums in a county; raises Refused PREMIUM_RULE_MISSING, POLICY_UNKNOWN."""
        for policy in self._library.newest(county, on):
            if policy.file.premium is not None:
                return payers(policy)
        raise Refused(
            "PREMIUM_RULE_MISSING",
            f"no policy in force in {county} on {on} says who pays premiums",
            about={"division": county},
        )

    async def grant_exemption(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        code: ExemptionCode,
        since: date,
        evidence: str,
        approved_by: str,
        note: str | None,
    ) -> Answered:
        """Say why a person need not be enrolled."""
        context = self._context(caller, key)
        exemption_id = str(uuid5(context.command_id, "exemption"))
        exemption = Exemption(exemption_id, code, since, evidence, approved_by, caller.subject, note)
        return await self._exemption(context, person_id, GrantExemption(person_id, exemption, self.today()), _CREATED)

    async def end_exemption(
        self, caller: Principal, key: Idempotency, person_id: str, exemption_id: str, last_day: date, evidence: str
    ) -> Answered:
        """End an exemption: the person is to be enrolled again."""
        command = EndExemption(exemption_id, last_day, evidence, self.today())
        return await self._exemption(self._context(caller, key), person_id, command, 200)

    async def _exemption(
        self, context: CommandContext, person_id: str, command: GrantExemption | EndExemption, status: int
    ) -> Answered:
        async def attempt() -> Outcome:
            await self._check_person(person_id)
            stream, past = await self._runtime.store.load(f"exemptions/{person_id}")
            events = tuple(EXEMPTIONS.decide(command, EXEMPTIONS.fold(past)))
            body = {"person_id": person_id, "exemption_id": events[-1].exemption.exemption_id}
            return Outcome((StreamAppend(stream, events),), body, status, contended=person_id)

        return await self._runtime.path.run(context, attempt)

    async def apply(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        county: str,
        area: str,
        year: int,
        payer: str,
        amount_fen: int,
    ) -> Answered:
        """Ask finance for the premiums that are due in a county from one payer, as many as fit into a batch."""
        context, today = self._context(caller, key), self.today()
        batch_id = str(uuid5(context.command_id, "premium-batch"))
        ranks = self.payers(county, today)

        async def attempt() -> Outcome:
            rows = await self._queries.due(
                county, area, year, today, ranks, payer=payer, limit=premium_batch.PERSONS_MAX
            )
            held = await self._queries.held([row.person_id for row in rows], area, year)
            due = tuple(row.due for row in rows)
            command = premium_batch.ApplyForSubsidy(
                batch_id, county, area, year, amount_fen, due, held, caller.subject, today
            )
            stream, past = await self._runtime.store.load(f"premium-batch/{batch_id}")
            events = tuple(premium_batch.DECIDER.decide(command, premium_batch.DECIDER.fold(past)))
            body = {"batch_id": batch_id, "persons": len(due)}
            return Outcome((StreamAppend(stream, events),), body, _CREATED, contended=f"premiums {area} {year}")

        return await self._runtime.path.run(context, attempt)

    async def close_batch(
        self,
        caller: Principal,
        key: Idempotency,
        batch_id: str,
        command_of: Callable[[dict[str, Premium]], premium_batch.PayBatch | premium_batch.RejectBatch],
    ) -> Answered:
        """Finance pays an application or sends it back; ``command_of`` takes the premiums as they stand."""

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"premium-batch/{batch_id}")
            command = command_of(await self._queries.in_batch(batch_id))
            events = tuple(premium_batch.DECIDER.decide(command, premium_batch.DECIDER.fold(past)))
            return Outcome((StreamAppend(stream, events),), {"batch_id": batch_id}, contended=batch_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    async def pay_oneself(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        area: str,
        year: int,
        amount_fen: int,
        paid_on: date,
    ) -> Answered:
        """Record that a person paid the premium."""
        today = self.today()

        def decide(held: Premium) -> PremiumSelfPaid:
            return premium.pay_oneself(held, amount_fen, paid_on, today=today)

        return await self._premium(self._context(caller, key), person_id, area, year, decide)

    async def refund(
        self,
        caller: Principal,
        key: Idempotency,
        person_id: str,
        *,
        area: str,
        year: int,
        refunded_on: date,
        reference: str,
    ) -> Answered:
        """Record that what was paid twice went back to the person."""
        today = self.today()

        def decide(held: Premium) -> PremiumRefunded:
            return premium.refund(held, refunded_on, reference, today=today)

        return await self._premium(self._context(caller, key), person_id, area, year, decide)

    async def _premium(
        self,
        context: CommandContext,
        person_id: str,
        area: str,
        year: int,
        decide: Callable[[Premium], PremiumSelfPaid | PremiumRefunded],
    ) -> Answered:
        async def attempt() -> Outcome:
            await self._check_person(person_id)
            held = await self._queries.held([person_id], area, year)
            stream, _ = await self._runtime.store.load(f"premium/{area}/{year}/{person_id}")
            event = decide(held.get(person_id) or premium.untouched(person_id, area, year))
            body = {"person_id": person_id, "version": event.premium.version}
            return Outcome((StreamAppend(stream, (event,)),), body, contended=person_id)

        return await self._runtime.path.run(context, attempt)

    async def _check_person(self, person_id: str) -> None:
        person = await self._persons.person(person_id)
        if person is None:
            raise person_unknown()
        if person.merged_into is not None:
            raise person_merged(person.merged_into)
        if person.annulled:
            raise person_annulled()

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)


class EnrolCommands:
    """The command of enrolling itself, on the person's own stream."""

    def __init__(self, runtime: Runtime, requests: Requests) -> None:
        self._runtime = runtime
        self._requests = requests

    async def enrol(self, caller: Principal, key: Idempotency, person_id: str, enrolment: Enrolment) -> Answered:
        """Record an enrolment, or a step of it."""
        context = self._requests.by(caller, key)
        command = Enrol(enrolment, context.today)
        return await self._runtime.path.decide(
            context, PERSONS, f"person/{person_id}", command, person_changed, contended=person_id
        )
