"""Premiums over HTTP: the due list, the city agency's applications, finance's payments, refunds (004 七)."""

from datetime import date
from typing import Annotated

import msgspec

from identity.enrolment.commands import EnrolmentCommands
from identity.enrolment.domain.premium import Premium
from identity.enrolment.queries import DueAnswer, EnrolmentQueries
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    of_division,
    page_of,
    paged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Text, Year, YearQuery, after_of, check_text
from kernel.security import Principal, Role


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


class PremiumChanged(Wire, frozen=True):
    """A premium after a change."""

    person_id: str
    version: int


class RefundAnswer(Wire, frozen=True):
    """A premium that both finance and the person paid, and what goes back to the person."""

    person_id: str
    area: str
    year: int
    amount_fen: Yuan
    self_paid_fen: Yuan
    refund_due_fen: Yuan
    paid_on: date | None
    self_paid_on: date | None


Agency = Annotated[Principal, allow(Role.AGENCY)]
Finance = Annotated[Principal, allow(Role.FINANCE)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


def premium_of_person(commands: EnrolmentCommands, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/premium."""
    router = Router(
        prefix="/v1/persons/{person_id}/premium",
        tags=["premiums"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("/self-payment")
    async def pay_oneself(
        person_id: str, caller: Agency, command: Sent[SelfPaidBody], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that a person paid the premium of a year."""
        return answered(await commands.pay_oneself(caller, key, person_id, **msgspec.structs.asdict(command)))

    @router.post("/refund")
    async def refund(
        person_id: str, caller: Finance, command: Sent[RefundBody], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that what finance and the person both paid went back to the person, whole."""
        check_text("reference", command.reference)
        return answered(await commands.refund(caller, key, person_id, **msgspec.structs.asdict(command)))

    return router


def premiums(commands: EnrolmentCommands, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/premiums."""
    router = Router(prefix="/v1/premiums", tags=["premiums"])

    async def listed(county: str, area: str, year: int, page: PageRequest, *, moved_in: bool) -> Page[DueAnswer]:
        today = commands.today
        ranks = commands.payers(county, today)
        rows = await queries.due(
            county, area, year, today, ranks, moved_in=moved_in, after=after_of(page), limit=page.limit + 1
        )
        return page_of(rows, page, key=lambda row: (row.person_id,))

    @router.get("/due")
    async def list_due(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[DueAnswer]]:
        """Who of a county is enrolled and marked in an area, and whose premium finance has not been asked for."""
        caller.must_act_in(county)
        return answer(await listed(county, area, year, page, moved_in=False))

    @router.get("/moved-in")
    async def list_moved_in(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[DueAnswer]]:
        """Who would be due, but another area asked for the year's premium before: they moved in mid-year."""
        caller.must_act_in(county)
        return answer(await listed(county, area, year, page, moved_in=True))

    @router.get("/refunds-due")
    async def list_refunds_due(
        area: CountyQuery, year: YearQuery, caller: Reader, page: ById
    ) -> Json[Page[RefundAnswer]]:
        """Premiums that were paid twice, by finance and by the person (R-JY-19)."""
        due = await queries.refunds_due(area, year, caller.division_patterns, after_of(page), page.limit + 1)
        return paged([_refund(premium) for premium in due], page, "person_id")

    return router


def _refund(premium: Premium) -> RefundAnswer:
    return RefundAnswer.of_row(**{name: getattr(premium, name) for name in RefundAnswer.__struct_fields__})
