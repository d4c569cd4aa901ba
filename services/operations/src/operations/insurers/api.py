"""Insurers over HTTP: their files, and the poor for whom the lower deductible was not carried out."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
    tagged,
)
from kernel.http.fields import CountyQuery, DivisionCode, NameInPath, Text, after_of
from kernel.http.paging import write_cursor
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found
from operations.insurers.commands import File, InsurerCommands
from operations.insurers.domain import (
    Check,
    Checked,
    Insurer,
    PoorYear,
    RecordCheck,
    SetInsurer,
    SetTerms,
    Terms,
    not_lowered,
)
from operations.insurers.queries import InsurerQueries

CODES: Final = (
    ErrorCode("INSURER_UNKNOWN", 404, "No file of this insurer"),
    ErrorCode("INSURER_COUNTY_MISSING", 422, "The insurer has a file in several counties"),
    ErrorCode("INSURER_CHANGED", 409, "Somebody has changed it meanwhile"),
    ErrorCode("DEDUCTIBLE_NOT_LOWERED", 422, "The registered poor must have a lower deductible"),
    ErrorCode("INSURER_TERMS_MISSING", 404, "Nobody has said what the insurers give in that year"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.DEPARTMENT, by_division=True)]
#: So many persons are looked at in one go, and so often for one page.
_BATCH: Final = 2_000
_BATCHES_MAX: Final = 5
OfCounty = Annotated[
    str | None, Query(pattern=r"^[0-9]{6}$", description="Whose file; needed where the insurer is in several counties")
]
YearQuery = Annotated[int, Query(ge=2016, le=2100)]
Percent = Annotated[str, msgspec.Meta(pattern=r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$")]
#: Who writes down that somebody looked at persons of a county: county, caller, moment.
See = Callable[[str, str, datetime], Awaitable[None]]


class InsurerBody(RequestBody, frozen=True, kw_only=True):
    """An insurer of a county: its name, the licence that was shown, its last day; the ``version`` you have seen."""

    county: DivisionCode
    name: Text
    qualification: Text
    qualified_until: date
    version: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class TermsBody(RequestBody, frozen=True, kw_only=True):
    """A year's contract in yuan and percent: both deductibles, and the rate of the lowest segment (most cautious)."""

    year: Annotated[int, msgspec.Meta(ge=2016, le=2100)]
    deductible_fen: Yuan
    deductible_poor_fen: Yuan
    lowest_percent: Percent
    reference: Text


class CheckBody(RequestBody, frozen=True, kw_only=True):
    """What was checked on which day, whether it was in order, and where the record lies."""

    of: Checked
    on: date
    passed: bool
    reference: Text


class InsurerStands(Wire, frozen=True):
    """Where the file stands now."""

    insurer_id: str
    version: int


class TermsAnswer(Wire, frozen=True, kw_only=True):
    """A year's contract."""

    year: int
    deductible_fen: Yuan
    deductible_poor_fen: Yuan
    lowest_percent: str
    reference: str


class CheckAnswer(Wire, frozen=True, kw_only=True):
    """A check."""

    of: Checked
    on: date
    passed: bool
    reference: str
    checked_by: str


class InsurerAnswer(Wire, frozen=True, kw_only=True):
    """A file. ``lapsed``: its licence has ended; ``failing``: of what the last check was not in order."""

    insurer_id: str
    county: str
    name: str
    qualification: str
    qualified_until: date
    lapsed: bool
    failing: tuple[Checked, ...]
    terms: tuple[TermsAnswer, ...]
    checks: tuple[CheckAnswer, ...]
    version: int


class ExceptionLine(Wire, frozen=True, kw_only=True):
    """One of the registered poor who was given less than the lower deductible gives at least, in a year so far."""

    person_id: str
    base_fen: Yuan
    given_fen: Yuan
    at_least_fen: Yuan
    settlement_ids: tuple[str, ...]


def insurers(commands: InsurerCommands, found: InsurerQueries, see: See, requests: Requests) -> Router:
    """The routes of /v1/insurers."""
    router = Router(prefix="/v1/insurers", tags=["insurers"])
    _add_files(router, commands, found, requests)
    _add_reading(router, found, see, requests)
    return router


def _add_files(router: Router, commands: InsurerCommands, found: InsurerQueries, requests: Requests) -> None:
    async def file_of(caller: Principal, insurer_id: str, county: str | None) -> File:
        """The county's file; without a county the only one that the caller has."""
        if county is not None:
            caller.must_act_in(county)
        counties = caller.division_patterns if county is None else [county]
        files = await found.of_insurer(insurer_id, counties, 2)
        if not files:
            raise not_found("INSURER_UNKNOWN", f"there is no file of insurer {insurer_id}", insurer=insurer_id)
        if len(files) > 1:
            raise Refused("INSURER_COUNTY_MISSING", f"insurer {insurer_id} has a file in several counties: name one")
        return File(files[0].county, insurer_id)

    @router.put("/{insurer_id}")
    async def set_insurer(
        insurer_id: NameInPath, caller: Officer, command: Sent[InsurerBody], key: IdempotencyKey
    ) -> Json[InsurerStands]:
        """Open an insurer's file at a county, or change it; each county in which it is active has its own."""
        caller.must_act_in(command.county)
        said = SetInsurer(insurer_id=insurer_id, **msgspec.structs.asdict(command))
        return answered(await commands.do(requests.by(caller, key), File(command.county, insurer_id), said))

    @router.post("/{insurer_id}/terms")
    async def set_terms(
        insurer_id: NameInPath,
        caller: Officer,
        command: Sent[TermsBody],
        key: IdempotencyKey,
        county: OfCounty = None,
    ) -> Json[InsurerStands]:
        """Say what a year's contract gives; the deductible of the registered poor must be lower."""
        file = await file_of(caller, insurer_id, county)
        terms = Terms(
            year=command.year,
            deductible_fen=int(command.deductible_fen),
            deductible_poor_fen=int(command.deductible_poor_fen),
            lowest_percent=command.lowest_percent,
            reference=command.reference,
        )
        return answered(await commands.do(requests.by(caller, key), file, SetTerms(terms)))

    @router.post("/{insurer_id}/checks")
    async def record_check(
        insurer_id: NameInPath,
        caller: Officer,
        command: Sent[CheckBody],
        key: IdempotencyKey,
        county: OfCounty = None,
    ) -> Json[InsurerStands]:
        """Write down what a check of qualification, service or market conduct found."""
        file = await file_of(caller, insurer_id, county)
        check = Check(**msgspec.structs.asdict(command), checked_by=caller.subject)
        return answered(await commands.do(requests.by(caller, key), file, RecordCheck(check, requests.today)))


def _add_reading(router: Router, found: InsurerQueries, see: See, requests: Requests) -> None:
    @router.get("")
    async def list_insurers(
        caller: Officer, page: ById, request: Request, county: CountyQuery
    ) -> Json[Page[InsurerAnswer]]:
        """A county's insurers: licences that have ended and checks that failed stand out."""
        caller.must_act_in(county)
        rows = await found.insurers(county, after_of(page), page.limit + 1)
        return tagged(request, paged([_told(row, requests.today) for row in rows], page, "insurer_id"))

    @router.get("/deductible-exceptions")
    async def list_exceptions(
        caller: Officer, page: ById, county: CountyQuery, year: YearQuery
    ) -> Json[Page[ExceptionLine]]:
        """The registered poor for whom the normal deductible was used, as the year's sums show. The look is recorded.

        Who has been given less than (base - lower deductible) x lowest rate. Bills without compliant cost are left out.
        A page may have fewer lines than asked for, or none, and still a ``next``: so many persons were looked at.
        """
        caller.must_act_in(county)
        terms = [one for row in await found.insurers(county, "", 100) for one in row.terms if one.year == year]
        if not terms:
            detail = f"no insurer's file at {county} has the terms of {year}; enter them first"
            raise not_found("INSURER_TERMS_MISSING", detail, county=county)
        await see(county, caller.subject, requests.clock())
        least, after, chosen = min(one.deductible_poor_fen for one in terms), after_of(page), list[ExceptionLine]()
        for _ in range(_BATCHES_MAX):
            years = await found.poor_years(county, year, after, least, _BATCH)
            chosen += [_exception(one, at_least) for one, at_least in not_lowered(terms, years)]
            if len(chosen) > page.limit or len(years) < _BATCH:
                return paged(chosen[: page.limit + 1], page, "person_id")
            after = years[-1].person_id
        # Enough for one request: the next page goes on behind the last person that was looked at.
        return answer(Page(items=chosen, next=write_cursor((after,))))


def _exception(year: PoorYear, at_least_fen: int) -> ExceptionLine:
    return ExceptionLine(
        person_id=year.person_id,
        base_fen=Yuan(year.base_fen),
        given_fen=Yuan(year.given_fen),
        at_least_fen=Yuan(at_least_fen),
        settlement_ids=year.settlement_ids,
    )


def _told(insurer: Insurer, today: date) -> InsurerAnswer:
    last = {check.of: check for check in sorted(insurer.checks, key=lambda check: check.on)}
    same = ("insurer_id", "county", "name", "qualification", "qualified_until", "version")
    return InsurerAnswer(
        **{name: getattr(insurer, name) for name in same},
        lapsed=insurer.qualified_until < today,
        failing=tuple(of for of, check in sorted(last.items()) if not check.passed),
        terms=tuple(TermsAnswer.of_row(**msgspec.structs.asdict(one)) for one in insurer.terms),
        checks=tuple(CheckAnswer(**msgspec.structs.asdict(one)) for one in insurer.checks),
    )
