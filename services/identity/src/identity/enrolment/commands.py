"""Commands about enrolment: exemptions, premiums, and the city agency's applications to finance."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import msgspec

from identity.enrolment.domain import exemption, premium, premium_batch
from identity.enrolment.domain.exemption import EndExemption, Exemption, ExemptionCode, ProposeExemption
from identity.enrolment.domain.payers import Payer, payers
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid
from identity.enrolment.queries import EnrolmentQueries
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import Enrol
from identity.persons.domain.refusals import person_annulled, person_merged
from identity.persons.queries.changes import person_changed
from identity.persons.queries.persons import PersonQueries
from kernel.http import Idempotency, RequestBody, Yuan
from kernel.http.fields import DivisionCode, Text, Year
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.division_table import check_division
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from law.packs import PackLibrary


class ExemptionBody(RequestBody, frozen=True, kw_only=True):
    """A reason with its evidence; OTHER needs a note.

    ``approved_by`` is not read any more: whoever approves it says so at the approval's own door, under the own name.
    """

    code: ExemptionCode
    since: date
    evidence: Text
    approved_by: Text | None = None
    note: Text | None = None


class ApplyBody(RequestBody, frozen=True):
    """Ask for ``amount`` for everybody due; ``payer`` names the funds in their order, such as POVFUND+MA."""

    county: DivisionCode
    area: DivisionCode
    year: Year
    payer: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,16}(\+[A-Z0-9_]{1,16}){0,4}$")]
    amount_fen: Yuan


class SelfPaidBody(RequestBody, frozen=True):
    """What a person paid for the insurance of a year in a pooling area."""

    area: DivisionCode
    year: Year
    amount_fen: Yuan
    paid_on: date


class RefundBody(RequestBody, frozen=True):
    """The day on which what was paid twice went back, and the paper of it."""

    area: DivisionCode
    year: Year
    refunded_on: date
    reference: Text


class EnrolmentCommands:
    """Commands around enrolment, one method each."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests
        self._persons = PersonQueries(runtime)
        self._queries = EnrolmentQueries(runtime)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today

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

    async def enrol(self, caller: Principal, key: Idempotency, person_id: str, enrolment: Enrolment) -> Answered:
        """Record an enrolment, or a step of it."""
        context = self._requests.by(caller, key)
        command = Enrol(enrolment, context.today)
        return await self._runtime.path.decide(
            context, PERSONS, f"person/{person_id}", command, person_changed, contended=person_id
        )

    async def propose_exemption(
        self, caller: Principal, key: Idempotency, person_id: str, told: ExemptionBody
    ) -> Answered:
        """Say why a person need not be enrolled; another person approves it."""
        context = self._requests.by(caller, key)
        exemption_id = context.new_id("exemption")
        said = msgspec.structs.asdict(told) | {"approved_by": ""}
        proposed = Exemption(exemption_id=exemption_id, entered_by=caller.subject, **said)
        command = ProposeExemption(person_id, proposed, context.today)
        return await self._exemption(context, person_id, command, status=201)

    async def decide_exemption(
        self, caller: Principal, key: Idempotency, person_id: str, command: exemption.Decision
    ) -> Answered:
        """Approve what somebody else entered, or reject it."""
        return await self._exemption(self._requests.by(caller, key), person_id, command)

    async def end_exemption(
        self, caller: Principal, key: Idempotency, person_id: str, exemption_id: str, last_day: date, evidence: str
    ) -> Answered:
        """End an exemption: the person is to be enrolled again."""
        context = self._requests.by(caller, key)
        command = EndExemption(exemption_id, last_day, evidence, context.today)
        return await self._exemption(context, person_id, command)

    async def _exemption(
        self, context: CommandContext, person_id: str, command: exemption.Command, status: int = 200
    ) -> Answered:
        async def gather(_state: exemption.State) -> exemption.Command:
            await self._check_person(person_id)
            return command

        return await self._runtime.path.gather(
            context,
            exemption.DECIDER,
            f"exemptions/{person_id}",
            gather,
            lambda decision: {"person_id": person_id, "exemption_id": decision.events[-1].exemption.exemption_id},
            status=status,
            contended=person_id,
        )

    async def apply(self, caller: Principal, key: Idempotency, told: ApplyBody) -> Answered:
        """Ask finance for the premiums that are due in a county from one payer, as many as fit into a batch."""
        context = self._requests.by(caller, key)
        batch_id, today = context.new_id("premium-batch"), context.today
        county, area, year = told.county, told.area, told.year
        ranks = self.payers(county, today)

        async def gather(_state: premium_batch.State) -> premium_batch.ApplyForSubsidy:
            rows = await self._queries.due(
                county, area, year, today, ranks, payer=told.payer, limit=premium_batch.PERSONS_MAX
            )
            return premium_batch.ApplyForSubsidy(
                batch_id=batch_id,
                county=county,
                area=area,
                year=year,
                amount_fen=int(told.amount_fen),
                due=tuple(row.due for row in rows),
                held=await self._queries.held([row.person_id for row in rows], area, year),
                applied_by=caller.subject,
                today=today,
            )

        return await self._runtime.path.gather(
            context,
            premium_batch.DECIDER,
            f"premium-batch/{batch_id}",
            gather,
            lambda decision: {"batch_id": batch_id, "persons": sum(len(event.premiums) for event in decision.events)},
            status=201,
            contended=f"premiums {area} {year}",
        )

    async def close_batch(
        self,
        caller: Principal,
        key: Idempotency,
        batch_id: str,
        command_of: Callable[[dict[str, Premium], date], premium_batch.Command],
    ) -> Answered:
        """Finance pays an application or sends it back; ``command_of`` takes the premiums as they stand and today."""
        context = self._requests.by(caller, key)

        async def gather(_state: premium_batch.State) -> premium_batch.Command:
            return command_of(await self._queries.in_batch(batch_id), context.today)

        body = {"batch_id": batch_id}
        return await self._runtime.path.gather(
            context, premium_batch.DECIDER, f"premium-batch/{batch_id}", gather, lambda _: body, contended=batch_id
        )

    async def pay_oneself(self, caller: Principal, key: Idempotency, person_id: str, told: SelfPaidBody) -> Answered:
        """Record that a person paid the premium."""
        context = self._requests.by(caller, key)

        def decide(held: Premium) -> PremiumSelfPaid:
            return premium.pay_oneself(held, int(told.amount_fen), told.paid_on, today=context.today)

        return await self._premium(context, person_id, told, decide)

    async def refund(self, caller: Principal, key: Idempotency, person_id: str, told: RefundBody) -> Answered:
        """Record that what was paid twice went back to the person."""
        context = self._requests.by(caller, key)

        def decide(held: Premium) -> PremiumRefunded:
            return premium.refund(held, told.refunded_on, told.reference, today=context.today)

        return await self._premium(context, person_id, told, decide)

    async def _premium(
        self,
        context: CommandContext,
        person_id: str,
        told: SelfPaidBody | RefundBody,
        decide: Callable[[Premium], PremiumSelfPaid | PremiumRefunded],
    ) -> Answered:
        area, year = told.area, told.year
        check_division(area, year, "area")

        async def attempt() -> Outcome:
            await self._check_person(person_id)
            held = await self._queries.held([person_id], area, year)
            stream, _ = await self._runtime.store.load(f"premium/{area}/{year}/{person_id}")
            event = decide(held.get(person_id) or premium.untouched(person_id, area, year))
            body = {"person_id": person_id, "version": event.premium.version}
            return Outcome((StreamAppend(stream, (event,)),), body, contended=person_id)

        return await self._runtime.path.run(context, attempt)

    async def _check_person(self, person_id: str) -> None:
        person = await self._persons.known(person_id)
        if person.merged_into is not None:
            raise person_merged(person.merged_into)
        if person.annulled:
            raise person_annulled()
