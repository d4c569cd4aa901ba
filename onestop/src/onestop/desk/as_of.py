"""What held on a day as it was known at a moment, over HTTP: persons, years' limits, settlements, accounts."""

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request

from fund_ledger.journals.api.readers import must_see
from kernel.http import ErrorCode, Json, ProblemError, Router, answer, tagged
from kernel.http.fields import NameInPath
from kernel.values.china_time import CHINA
from onestop.as_of.accounts import accounts_then
from onestop.as_of.moment import Moment
from onestop.as_of.persons import PersonThen, person_then
from onestop.as_of.settlements import settlement_then
from onestop.as_of.years import years_then
from onestop.desk.as_of_answers import (
    AccountThenAnswer,
    SettlementThenAnswer,
    YearThenAnswer,
    account_answer,
    settlement_answer,
    year_answer,
)
from onestop.desk.callers import Clerk, Who
from onestop.desk.desk import YEARS, Desk
from onestop.looks import write_down
from onestop.whose import county_of_accounts, county_of_person, county_of_settlement

CODES: Final = (
    ErrorCode("PERSON_UNKNOWN_THEN", 404, "Nothing was known of the person then"),
    ErrorCode("YEAR_UNKNOWN_THEN", 404, "No bill of the person was known in that year then"),
    ErrorCode("SETTLEMENT_UNKNOWN_THEN", 404, "No such settlement was known then"),
    ErrorCode("ACCOUNT_UNKNOWN", 404, "Nothing was ever booked on the account or below it"),
)
On = Annotated[date, Query(description="The day for which it holds")]
KnownAt = Annotated[
    datetime | None,
    Query(description="What was said until then counts; in China's time unless it says; now if left out"),
]
AccountQuery = Annotated[
    str,
    Query(
        min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:/-]+$", description="Or what all begin with: fund/445202"
    ),
]


def router(desk: Desk) -> Router:
    """The routes of /v1/as-of: what is told is read, then whether the caller may see it; then the look is kept."""
    then = Router(prefix="/v1/as-of", tags=["as of"])

    async def looked(who: Who, subject: str, county: str) -> None:
        await write_down(desk.database, "as-of", [subject], who, [county])

    @then.get("/persons/{person_id}")
    async def person(
        person_id: NameInPath, caller: Clerk, who: Who, request: Request, on: On, known_at: KnownAt = None
    ) -> Json[PersonThen]:
        """Memberships, enrolments and certifications: for clerks of the person's county of then, and of today's."""
        found = await person_then(desk.database, person_id, _moment(desk, on, known_at))
        county = await county_of_person(desk.database, person_id)
        if not caller.acts_in(found.county):
            caller.must_act_in(county)
        await looked(who, person_id, county)
        return tagged(request, answer(found))

    @then.get("/years/{person_id}")
    async def years(
        person_id: NameInPath, caller: Clerk, who: Who, request: Request, on: On, known_at: KnownAt = None
    ) -> Json[list[YearThenAnswer]]:
        """A person's yearly limits in every pooling area, of the year that the day lies in."""
        found = await years_then(desk.database, person_id, _moment(desk, on, known_at))
        county = await county_of_person(desk.database, person_id)
        caller.must_act_in(county)
        await looked(who, person_id, county)
        return tagged(request, answer([year_answer(one) for one in found]))

    @then.get("/settlements/{settlement_id}")
    async def settlement(
        settlement_id: NameInPath, caller: Clerk, who: Who, request: Request, on: On, known_at: KnownAt = None
    ) -> Json[SettlementThenAnswer]:
        """How far a settlement had come; a settlement holds for its own day, so only the moment counts."""
        found = await settlement_then(desk.database, settlement_id, _moment(desk, on, known_at))
        county = await county_of_settlement(desk.database, settlement_id)
        caller.must_act_in(county)
        await looked(who, settlement_id, county)
        return tagged(request, answer(settlement_answer(found)))

    @then.get("/accounts")
    async def accounts(
        caller: Clerk, who: Who, request: Request, account: AccountQuery, on: On, known_at: KnownAt = None
    ) -> Json[list[AccountThenAnswer]]:
        """Balances of an account and of all below it, the first thousand by name."""
        found = await accounts_then(desk.database, account, _moment(desk, on, known_at))
        names = [one.account for one in found]
        must_see(caller, names)
        await looked(who, account, county_of_accounts(names))
        return tagged(request, answer([account_answer(one) for one in found]))

    return then


def _moment(desk: Desk, on: date, known_at: datetime | None) -> Moment:
    known = known_at or desk.clock()
    if known.year not in YEARS:
        detail = f"known_at must lie in the years {YEARS.start} to {YEARS.stop - 1}"
        raise ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": "known_at"})
    return Moment(on, known if known.tzinfo is not None else known.replace(tzinfo=CHINA))
