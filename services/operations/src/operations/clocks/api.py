"""Clocks over HTTP: what is due at a place, by whom, what was done, what is late."""

from datetime import date, timedelta
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

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
    answered,
    paged,
    paging,
    tagged,
)
from kernel.http.fields import AreaQuery, DivisionCode, Text
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.divisions import prefix_of
from law.packs import PackLibrary
from operations.clocks.commands import ClockCommands
from operations.clocks.domain.done import Done, SayDone, WithdrawDone
from operations.clocks.domain.offices import is_own
from operations.clocks.domain.schedule import Due, State, state_of
from operations.clocks.queries.done import ClockQueries

CODES: Final = (
    ErrorCode("CLOCK_UNKNOWN", 404, "Nothing of that name is due there"),
    ErrorCode("CLOCK_NOT_DONE", 404, "Nobody has said that it was done"),
    ErrorCode("CLOCK_SAME_PERSON", 409, "Whoever said it done does not withdraw it"),
    ErrorCode("PERIOD_NOT_ENDED", 422, "The period has not ended"),
    ErrorCode("SPAN_TOO_LONG", 422, "The time asked for is too long"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
)

Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
Reporter = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.DEPARTMENT, by_division=True)]
ByDay = Annotated[PageRequest, paging(date, str, str, str, str)]
ClockName = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[a-z_]+$")]
PeriodName = Annotated[str, msgspec.Meta(min_length=4, max_length=10, pattern=r"^20[0-9]{2}[0-9HQ-]*$")]
StateFilter = Annotated[str, Query(pattern=r"^(RUNNING|ABOUT|LATE|DONE|DONE_LATE)?$")]
Unit = Annotated[str, msgspec.Meta(max_length=60)]


class DoneBody(RequestBody, frozen=True, kw_only=True):
    """That something due was done: ``evidence`` says where it lies (a document's number). Today if no day."""

    county: DivisionCode
    clock: ClockName
    period: PeriodName
    unit: Unit = ""
    done_on: date | None = None
    evidence: Text


class NotDoneBody(RequestBody, frozen=True, kw_only=True):
    """What was said to be done and was not, and how that came out."""

    county: DivisionCode
    clock: ClockName
    period: PeriodName
    unit: Unit = ""
    because: Text


class DueAgain(Wire, frozen=True):
    """What is due as if nobody had said that it was done."""

    clock: str
    period: str
    due_on: date


class DoneStands(Wire, frozen=True, kw_only=True):
    """What stands now; a second version was a correction, and the first one's day counts."""

    clock: str
    period: str
    due_on: date
    done_on: date
    in_time: bool
    version: int


class ClockLine(Wire, frozen=True, kw_only=True):
    """Something due, by whom, and how it stands. ``named_day`` is false where the document names no day."""

    due_on: date
    county: str
    clock: str
    period: str
    unit: str
    state: State
    named_day: bool
    owner: str | None
    document: str
    clause: str
    done_on: date | None = None
    evidence: str | None = None
    said_by: str | None = None
    said_on: date | None = None
    version: int | None = None


def clocks(commands: ClockCommands, found: ClockQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/clocks."""
    router = Router(prefix="/v1/clocks", tags=["clocks"])

    async def due_to(caller: Principal, said: DoneBody | NotDoneBody) -> Due:
        caller.must_act_in(said.county)
        due = await commands.due(said.county, said.clock, said.period, said.unit)
        if not is_own(caller.organisation or "", due.owner):
            caller.must_act_for(due.owner or "")
        return due

    @router.get("")
    async def list_clocks(
        caller: Reader,
        page: ByDay,
        request: Request,
        area: AreaQuery,
        due_from: date | None = None,
        due_to: date | None = None,
        state: StateFilter = "",
    ) -> Json[Page[ClockLine]]:
        """What is due from one day to another (a month before and after today if not said), in the order of the days.

        Of a city or province: of each county of which people are known here. Days off are those of the official
        calendar where a document moves its day; a deadline that lies on one stays otherwise (AMB-H3).
        """
        caller.must_act_in(area)
        today = requests.today
        span = due_from or today - timedelta(days=31), due_to or today + timedelta(days=31)
        pattern = prefix_of(area)
        counties = [area] if len(pattern) == len(area) else await found.counties([f"{pattern}%"])
        dues = [due for county in counties for due in await found.due(library, county, *span)]
        done = await found.done(dues)
        lines = [_line(due, done.get(due.key), today) for due in sorted(dues, key=_place)]
        chosen = [one for one in lines if state in ("", one.state) and (page.after is None or _at(one) > page.after)]
        rows = chosen[: page.limit + 1]
        return tagged(request, paged(rows, page, "due_on", "county", "clock", "period", "unit"))

    @router.post("/done", status_code=201)
    async def say_done(caller: Reporter, command: Sent[DoneBody], key: IdempotencyKey) -> Json[DoneStands]:
        """Say that something due was done (a report handed in, a meeting held, a milestone reached), with its proof.

        Said again with another proof it is a corrected version; the day of the first one counts. A department says it
        of its own duties only.
        """
        due = await due_to(caller, command)
        today = requests.today
        said = SayDone(
            due=due, done_on=command.done_on or today, evidence=command.evidence, by=caller.subject, today=today
        )
        return answered(await commands.say_done(requests.by(caller, key), said))

    @router.post("/done/withdrawal")
    async def withdraw_done(caller: Reporter, command: Sent[NotDoneBody], key: IdempotencyKey) -> Json[DueAgain]:
        """Say that something was not done after all; another person than who said it. It may be said done anew."""
        due = await due_to(caller, command)
        said = WithdrawDone(command.because, caller.subject, requests.today)
        return answered(await commands.withdraw(requests.by(caller, key), due, said))

    return router


def _place(due: Due) -> tuple[date, str, str, str, str]:
    return due.due_on, *due.key


def _at(line: ClockLine) -> tuple[date, str, str, str, str]:
    return line.due_on, line.county, line.clock, line.period, line.unit


def _line(due: Due, done: Done | None, today: date) -> ClockLine:
    return ClockLine(
        due_on=due.due_on,
        county=due.county,
        clock=due.clock,
        period=due.period,
        unit=due.unit,
        state=state_of(due, done.done_on if done else None, today),
        named_day=due.named_day,
        owner=due.owner,
        document=due.document,
        clause=due.clause,
        done_on=done.done_on if done else None,
        evidence=done.evidence if done else None,
        said_by=done.said_by if done else None,
        said_on=done.said_on if done else None,
        version=done.version if done else None,
    )
