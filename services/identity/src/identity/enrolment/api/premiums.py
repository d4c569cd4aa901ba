"""Premiums over HTTP: the due list, the city agency's applications, finance's payments, refunds (004 七)."""

from datetime import date
from typing import Annotated

from identity.enrolment.commands import EnrolmentHandlers
from identity.enrolment.queries import EnrolmentQueries
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    Yuan,
    allow,
    answer,
    body,
    of_division,
    page_of,
    paging,
    stored_answer,
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


class DueAnswer(Wire, frozen=True):
    """A premium that finance has to pay: first of these funds, then the next. ``paid_in``: another area asked first."""

    person_id: str
    category: str
    funds: tuple[str, ...]
    self_paid_fen: Yuan
    paid_in: str | None = None


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
Paging = Annotated[PageRequest, paging(str)]


def premium_of_person(handlers: EnrolmentHandlers, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/premium."""
    router = Router(
        prefix="/v1/persons/{person_id}/premium",
        tags=["premiums"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("/self-payment")
    async def pay_oneself(
        person_id: str, caller: Agency, command: Annotated[SelfPaidBody, body(SelfPaidBody)], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that a person paid the premium of a year."""
        done = await handlers.pay_oneself(
            caller,
            key,
            person_id,
            area=command.area,
            year=command.year,
            amount_fen=int(command.amount_fen),
            paid_on=command.paid_on,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/refund")
    async def refund(
        person_id: str, caller: Finance, command: Annotated[RefundBody, body(RefundBody)], key: IdempotencyKey
    ) -> Json[PremiumChanged]:
        """Record that what finance and the person both paid went back to the person, whole."""
        check_text("reference", command.reference)
        done = await handlers.refund(
            caller,
            key,
            person_id,
            area=command.area,
            year=command.year,
            refunded_on=command.refunded_on,
            reference=command.reference,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router


def premiums(handlers: EnrolmentHandlers, queries: EnrolmentQueries) -> Router:
    """The routes of /v1/premiums."""
    router = Router(prefix="/v1/premiums", tags=["premiums"])

    async def listed(county: str, area: str, year: int, page: PageRequest, *, moved_in: bool) -> Page[DueAnswer]:
        today = handlers.today()
        ranks = handlers.payers(county, today)
        rows = await queries.due(
            county, area, year, today, ranks, moved_in=moved_in, after=after_of(page), limit=page.limit + 1
        )
        found = [DueAnswer(r.person_id, r.category, r.funds, Yuan(r.self_paid_fen), r.paid_in) for r in rows]
        return page_of(found, page, key=lambda row: (row.person_id,))

    @router.get("/due")
    async def list_due(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: Paging
    ) -> Json[Page[DueAnswer]]:
        """Who of a county is enrolled and marked in an area, and whose premium finance has not been asked for."""
        caller.must_act_in(county)
        return answer(await listed(county, area, year, page, moved_in=False))

    @router.get("/moved-in")
    async def list_moved_in(
        county: CountyQuery, area: CountyQuery, year: YearQuery, caller: Reader, page: Paging
    ) -> Json[Page[DueAnswer]]:
        """Who would be due, but another area asked for the year's premium before: they moved in mid-year."""
        caller.must_act_in(county)
        return answer(await listed(county, area, year, page, moved_in=True))

    @router.get("/refunds-due")
    async def list_refunds_due(
        area: CountyQuery, year: YearQuery, caller: Reader, page: Paging
    ) -> Json[Page[RefundAnswer]]:
        """Premiums that were paid twice, by finance and by the person (R-JY-19)."""
        rows = await queries.refunds_due(area, year, caller.division_patterns, after_of(page), page.limit + 1)
        found = [
            RefundAnswer(
                premium.person_id,
                premium.area,
                premium.year,
                Yuan(premium.amount_fen),
                Yuan(premium.self_paid_fen),
                Yuan(premium.refund_due_fen),
                premium.paid_on,
                premium.self_paid_on,
            )
            for premium in rows
        ]
        return answer(page_of(found, page, key=lambda row: (row.person_id,)))

    return router
