"""Months and years over HTTP: finance closes them, once, and pays what a clearing left."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Path

from fund_ledger.periods.commands import PeriodCommands
from fund_ledger.periods.queries import ClosedMonth, ClosedYear, Periods
from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    paged,
    paging,
)
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
from kernel.values.refusals import check_not_to_come, not_found

CODES: Final = (
    ErrorCode("PERIOD_CLOSED", 422, "The month of that day is closed in the county's books"),
    ErrorCode("MONTH_NOT_OVER", 409, "The month is not over"),
    ErrorCode("MONTH_OUT_OF_ORDER", 409, "An earlier month is still open"),
    ErrorCode("CLOSING_OBSTRUCTED", 409, "Something stands in the way of closing the month"),
    ErrorCode("MONTHS_OPEN", 409, "December of the year is still open"),
    ErrorCode("YEAR_OUT_OF_ORDER", 409, "Another year is the next to be closed"),
    ErrorCode("YEAR_NOT_CLOSED", 404, "The year is not closed in the county's books"),
    ErrorCode("CLEARING_UNKNOWN", 404, "The clearing of the year leaves nothing to be paid for this account"),
    ErrorCode("CLEARING_SETTLED", 409, "What the clearing left for this account was paid before"),
)

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
CountyPath = Annotated[str, Path(pattern=r"^[0-9]{6}$")]
MonthPath = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
YearPath = Annotated[int, Path(ge=2000, le=2100)]


class MonthDone(Wire, frozen=True):
    """The month is closed."""

    county: str
    month: str


class YearDone(Wire, frozen=True):
    """The year is closed."""

    county: str
    year: int


class ClearingBody(RequestBody, frozen=True):
    """Which account's clearing was paid, such as ``CII`` or ``MA/PLAN``, and on which day."""

    account: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}(/[A-Z]{1,15})?$")]
    value_on: date


class ClearingJournal(Wire, frozen=True):
    """The journal under which it was booked."""

    journal_id: str


def periods(commands: PeriodCommands, found: Periods, requests: Requests) -> Router:
    """The routes below /v1/counties/{county}: months and years."""
    router = Router(prefix="/v1/counties/{county}", tags=["periods"])

    @router.post("/months/{month}/closing")
    async def close_month(
        county: CountyPath, month: MonthPath, caller: Finance, key: IdempotencyKey
    ) -> Json[MonthDone]:
        """Close a month that is over; a closed month stays closed, however often and by whomever it is asked for."""
        caller.must_act_in(county)
        first = date.fromisoformat(f"{month}-01")
        check_division(county, first.year)
        return answered(await commands.close_month(requests.by(caller, key), county, first))

    @router.get("/months")
    async def list_months(
        county: CountyPath, caller: Reader, page: Annotated[PageRequest, paging(date)]
    ) -> Json[Page[ClosedMonth]]:
        """The closed months of a county in their order, each with how the funds stood at its end."""
        caller.must_act_in(county)
        past = page.after[0] if page.after else date.min
        return paged(await found.months(county, past, page.limit + 1), page, "month")

    @router.post("/years/{year}/closing")
    async def close_year(county: CountyPath, year: YearPath, caller: Finance, key: IdempotencyKey) -> Json[YearDone]:
        """Close a year whose December is closed, and clear each account by itself (年底统一清算, 多退少补)."""
        caller.must_act_in(county)
        check_division(county, year)
        return answered(await commands.close_year(requests.by(caller, key), county, year))

    @router.get("/years/{year}")
    async def get_year(county: CountyPath, year: YearPath, caller: Reader) -> Json[ClosedYear]:
        """A closed year: what each account's clearing came to, and what each fund carries over."""
        caller.must_act_in(county)
        closed = await found.year(county, year)
        if closed is None:
            raise not_found("YEAR_NOT_CLOSED", f"{year} is not closed in the books of {county}")
        return answer(closed)

    @router.post("/years/{year}/clearing-payments", status_code=201)
    async def settle_clearing(
        county: CountyPath, year: YearPath, caller: Finance, command: Sent[ClearingBody], key: IdempotencyKey
    ) -> Json[ClearingJournal]:
        """Book that the surplus of an account went back to who paid in, or that its shortage came in."""
        caller.must_act_in(county)
        check_not_to_come("value_on", command.value_on, requests.today)
        context = requests.by(caller, key)
        return answered(await commands.settle_clearing(context, county, year, command.account, command.value_on))

    return router
