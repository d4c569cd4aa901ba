"""Hospitals' budgets over HTTP: the agency sets and scores them, finance pays month by month and by the score."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from fund_ledger.institutions.api.codes import Agency, Finance, FundCode, LongName, Reader
from fund_ledger.institutions.commands.budgets import BudgetCommands
from fund_ledger.institutions.domain.budget import Assess, Budget, CloseHospital, GiveBack, PayByScore, PayInstalment
from fund_ledger.institutions.queries import InstitutionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, Year, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.values.division_table import check_division
from kernel.values.refusals import check_not_to_come, not_found

_MonthNumber = Annotated[int, msgspec.Meta(ge=1, le=12)]
OfYear = Annotated[int | None, Query(ge=2010, le=2100)]


class BudgetBody(RequestBody, frozen=True, kw_only=True):
    """A hospital's budget of a year. ``months`` are those in which equal parts of the prepaid sum are paid.

    ``prepay`` is what the contract prepays; it is left out where the document names a share (002 三(二)).
    """

    county: DivisionCode
    fund: FundCode
    hospital_id: Identifier
    year: Year
    total_fen: Yuan
    prepay_fen: Yuan | None = None
    months: Annotated[tuple[_MonthNumber, ...], msgspec.Meta(min_length=1, max_length=12)] = tuple(range(1, 13))


class InstalmentBody(RequestBody, frozen=True):
    """Which month's part was paid, and when."""

    month: _MonthNumber
    value_on: date


class ClosedBody(RequestBody, frozen=True):
    """On which day the hospital closed."""

    closed_on: date


class ScoreBody(RequestBody, frozen=True):
    """The year's score in percent, of quantity, quality and conduct together (数量、质量以及诊疗行为)."""

    score_percent: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$")]


class PaidOn(RequestBody, frozen=True):
    """On which day it was paid."""

    value_on: date


class GivenBackBody(RequestBody, frozen=True):
    """What the hospital gave back of what it got beyond its claims."""

    amount_fen: Yuan
    value_on: date


class BudgetMoved(Wire, frozen=True):
    """Where the budget stands now, and the journal where money moved."""

    budget_id: str
    status: str
    journal_id: str | None = None


class BudgetAnswer(Wire, frozen=True, kw_only=True):
    """A budget: prepay + pool + lapsed = total, payout + withheld = pool once it is scored.

    ``prepaid`` of ``prepay`` is paid; ``taken_off`` of ``withheld`` the fund owed for bills, and owes no more.
    """

    budget_id: str
    kind: str
    county: str
    fund: str
    hospital_id: str
    year: int
    status: str
    total_fen: Yuan
    prepay_fen: Yuan
    pool_fen: Yuan
    lapsed_fen: Yuan
    months: tuple[int, ...]
    paid_months: tuple[int, ...]
    prepaid_fen: Yuan
    closed_on: date | None
    score_percent: str | None
    payout_fen: Yuan
    withheld_fen: Yuan
    taken_off_fen: Yuan
    returned_fen: Yuan
    settled_on: date | None
    clause: str
    set_on: date


def budgets(commands: BudgetCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/hospital-budgets that write."""
    router = Router(prefix="/v1/hospital-budgets", tags=["institutions"])

    @router.post("", status_code=201)
    async def place(caller: Agency, command: Sent[BudgetBody], key: IdempotencyKey) -> Json[BudgetMoved]:
        """Set a hospital's budget of a fund: what is prepaid by the document or the contract, and what by score."""
        caller.must_act_in(command.county)
        check_division(command.county, command.year)
        hospital = command.county, command.fund, command.hospital_id
        prepay = None if command.prepay_fen is None else int(command.prepay_fen)
        figures = int(command.total_fen), prepay, command.months
        return answered(await commands.place(requests.by(caller, key), hospital, command.year, figures))

    @router.post("/{budget_id}/instalments")
    async def pay_instalment(
        budget_id: LongName, caller: Finance, command: Sent[InstalmentBody], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Book that a month's part was paid in advance; claims are set against it."""
        of = await seen_budget(found, caller, budget_id)
        context = requests.by(caller, key)
        paid = PayInstalment(
            budget_id=budget_id,
            month=command.month,
            by=caller.subject,
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.pay(context, of, paid, command.value_on))

    @router.post("/{budget_id}/closing")
    async def close(
        budget_id: LongName, caller: Agency, command: Sent[ClosedBody], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Say that the hospital closed in mid-year: what belongs to later months lapses."""
        await seen_budget(found, caller, budget_id)
        check_not_to_come("closed_on", command.closed_on, requests.today)
        closed = CloseHospital(budget_id=budget_id, closed_on=command.closed_on)
        return answered(await commands.say(requests.by(caller, key), budget_id, closed))

    @router.post("/{budget_id}/assessment")
    async def assess(
        budget_id: LongName, caller: Agency, command: Sent[ScoreBody], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Enter the score of a year that is over, or of a hospital that has closed (002 三(二) 考核)."""
        await seen_budget(found, caller, budget_id)
        scored = Assess(
            budget_id=budget_id, score_percent=command.score_percent, by=caller.subject, today=requests.today
        )
        return answered(await commands.say(requests.by(caller, key), budget_id, scored))

    @router.post("/{budget_id}/payout")
    async def pay_by_score(
        budget_id: LongName, caller: Finance, command: Sent[PaidOn], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Book that the pool was paid by the score; what is withheld the fund owes no more."""
        of = await seen_budget(found, caller, budget_id)
        paid = PayByScore(budget_id=budget_id, by=caller.subject, paid_on=command.value_on, today=requests.today)
        return answered(await commands.pay(requests.by(caller, key), of, paid, command.value_on))

    @router.post("/{budget_id}/returns")
    async def give_back(
        budget_id: LongName, caller: Finance, command: Sent[GivenBackBody], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Book what the hospital gave back of what it got beyond its claims."""
        of = await seen_budget(found, caller, budget_id)
        back = GiveBack(
            budget_id=budget_id,
            amount_fen=int(command.amount_fen),
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.pay(requests.by(caller, key), of, back, command.value_on))

    return router


def budgets_read(found: InstitutionQueries) -> Router:
    """The routes of /v1/hospital-budgets that read."""
    router = Router(prefix="/v1/hospital-budgets", tags=["institutions"])

    @router.get("")
    async def list_budgets(
        caller: Reader, page: ById, county: CountyFilter = "", year: OfYear = None
    ) -> Json[Page[BudgetAnswer]]:
        """Budgets in the order of their names: a hospital's own, or those of the caller's counties."""
        counties = counties_of(caller, county or None)
        rows = await found.budgets(counties, caller.own_hospital, year, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "budget_id")

    @router.get("/{budget_id}")
    async def get_budget(budget_id: LongName, caller: Reader) -> Json[BudgetAnswer]:
        """One budget."""
        return answer(_told(await seen_budget(found, caller, budget_id)))

    return router


async def seen_budget(found: InstitutionQueries, caller: Principal, budget_id: str) -> Budget:
    """A budget that the caller may see; another hospital's is not there for it."""
    budget = await found.one_budget(budget_id)
    if budget is None or caller.own_hospital not in (None, budget.hospital_id):
        raise not_found("BUDGET_UNKNOWN", f"there is no budget {budget_id}", budget_id=budget_id)
    caller.must_act_in(budget.county)
    return budget


def _told(budget: Budget) -> BudgetAnswer:
    shown = {name: getattr(budget, name) for name in BudgetAnswer.__struct_fields__}
    return BudgetAnswer.of_row(**shown)
