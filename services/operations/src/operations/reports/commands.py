"""Making a report: what the sheet needs is gathered here, and that it was made or read is written down."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar
from uuid import uuid4

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.values.division_table import divisions_of
from kernel.values.divisions import prefix_of
from kernel.values.refusals import Refused, conflict, not_found
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store.stream import event_id_of
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.breaches.queries import BreachQueries
from operations.clocks.domain.done import DECIDER as CLOCK
from operations.clocks.domain.done import MeetClock, stream_of
from operations.clocks.domain.schedule import Due, due_between, state_of
from operations.clocks.queries.done import ClockQueries, done_on
from operations.indicators.queries import IndicatorQueries
from operations.periods.domain import after
from operations.reports.domain.asked import KINDS, Asked, Ordered, check_asked
from operations.reports.domain.ledgers import CATEGORIES, KINDS_OF, PAYER_OF, columns_of
from operations.reports.domain.made import DECIDER, LOOKS, Look, Made, Make, digest_of
from operations.reports.domain.meeting import (
    LATE,
    NEXT_COLUMNS,
    PROBLEM_COLUMNS,
    UNIT_COLUMNS,
    problem_lines,
    unit_lines,
)
from operations.reports.domain.notice import COLUMNS as NOTICE_COLUMNS
from operations.reports.domain.notice import CountyLine, county_line
from operations.reports.domain.sheet import Cell, Column, Sheet, filled
from operations.reports.domain.statement import COLUMNS as STATEMENT_COLUMNS
from operations.reports.domain.statement import statement_lines
from operations.reports.domain.summary import sum_columns
from operations.reports.queries import LINES_MAX, ReportQueries

LineT = TypeVar("LineT")
_Filled: TypeAlias = tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...], tuple[Cell, ...]]

#: For so long a sheet is handed out page by page without being made anew.
_KEPT: Final = timedelta(seconds=30)


class _Kept(msgspec.Struct, frozen=True):
    asked: Asked
    heard: int
    at: datetime
    sheet: Sheet
    digest: str


class ReportCommands:
    """Makes reports, and writes down who made and who read which; with a report its clock is met."""

    def __init__(
        self,
        runtime: Runtime,
        found: ReportQueries,
        clocks: ClockQueries,
        breaches: BreachQueries,
        indicators: IndicatorQueries,
        library: PackLibrary,
    ) -> None:
        self._runtime = runtime
        self._found = found
        self._clocks = clocks
        self._breaches = breaches
        self._indicators = indicators
        self._library = library
        #: The sheet that was read last: who reads a long one asks for page after page.
        self._kept: _Kept | None = None
        self._made: Mapping[str, Callable[[Asked, date], Awaitable[_Filled]]] = {
            **dict.fromkeys(PAYER_OF, self._ledger),
            "summary": self._summary,
            "dispatch-notice": self._notice,
            "county-statement": self._statement,
            "meeting-units": self._meeting_units,
            "meeting-problems": self._meeting_problems,
            "meeting-next": self._meeting_next,
            "late-register": self._meeting_problems,
        }

    async def make(self, context: CommandContext, asked: Asked) -> Answered:
        """Make a report; it is a new version only where it says something else than the last one."""
        sheet = await self.sheet(asked, context.today)
        make = Make(
            report=asked.report,
            area=asked.area,
            period=asked.period.name,
            lines=len(sheet.rows),
            digest=digest_of(sheet),
            due_on=self._due(asked),
            by=context.actor,
            today=context.today,
        )
        path, met = self._runtime.path, await self._met(asked)

        async def attempt() -> Outcome:
            stream, state = await path.standing(DECIDER, _stream(asked))
            made = decided(DECIDER, stream, state, make)
            # The report is written first, so its event bears this id.
            event_id = str(event_id_of(context.command_id, 0))
            appends = [made.append]
            for due in met if made.events else ():
                clock, done = await path.standing(CLOCK, stream_of(due))
                meeting = MeetClock(due=due, proof=event_id, on=context.today, today=context.today)
                said = decided(CLOCK, clock, done, meeting)
                appends += [said.append] if said.events else []
            return Outcome(tuple(appends), made.after, 201, stream.stream_id)

        return await path.run(context, attempt)

    async def _met(self, asked: Asked) -> Sequence[Due]:
        """What is due and done with the report: of the place itself, and of the counties that a notice is about."""
        duty, last = KINDS[asked.report].meets, asked.period.last
        if duty is None:
            return ()
        span = last, last + timedelta(days=100)
        dues = []
        for county in {asked.area, *await self._counties(asked)}:
            duties = [one for policy in self._library.candidates(county, last) for one in policy.file.duties]
            units = [one.owner for one in duties if duty in one.of] if duty else [""]
            wanted = KINDS[asked.report].clock, asked.period.name
            of_county = due_between(self._library, county, *span, official_calendar())
            dues += [due for due in of_county if (due.clock, due.period) == wanted and due.unit in units]
        return sorted(dues, key=lambda due: due.key)

    async def _counties(self, asked: Asked) -> list[str]:
        """The county itself, or those of a city or province of which people are known."""
        prefix = prefix_of(asked.area)
        whole = len(prefix) == len(asked.area)
        return [asked.area] if whole else await self._clocks.counties([f"{prefix}%"])

    async def read(self, asked: Asked, by: str, now: datetime) -> Sheet:
        """A report as it was made, for somebody to look at.

        Raises Refused REPORT_NOT_MADE, REPORT_CHANGED and those of ``sheet``.
        """
        kept = await self._as_just_read(asked, now)
        made = await self.made(asked)
        if made is not None and made.digest != kept.digest:
            detail = (
                f"{asked.report} of {asked.period.name} comes out otherwise by now than version {made.version} says"
            )
            raise conflict("REPORT_CHANGED", f"{detail}; make it again, which gives a corrected version")
        # A stream of its own: the report's would grow with every page that is read, and is read with each.
        stream = f"report-look/{uuid4()}"
        context = CommandContext.of_service("operations", stream, now)
        look = Look(made, by, context.today)
        await self._runtime.path.decide(context, LOOKS, stream, look, lambda _d: None, new=True)
        return kept.sheet

    async def _as_just_read(self, asked: Asked, now: datetime) -> _Kept:
        """The sheet as it was made for the page before, if that was a moment ago and nothing was heard since."""
        heard = await self._found.heard()
        kept = self._kept
        if kept is not None and (kept.asked, kept.heard) == (asked, heard) and now - kept.at < _KEPT:
            return kept
        sheet = await self.sheet(asked, china_date(now))
        kept = _Kept(asked=asked, heard=heard, at=now, sheet=sheet, digest=digest_of(sheet))
        # A notice is of breaches and clocks, too, of which nothing is heard.
        self._kept = kept if asked.report in PAYER_OF else None
        return kept

    async def made(self, asked: Asked) -> Made | None:
        """The report as it was last made."""
        return (await self._runtime.path.standing(DECIDER, _stream(asked)))[1]

    def _due(self, asked: Asked) -> date | None:
        """Until when the report is due, by the clock that asks for it."""
        last, kind = asked.period.last, KINDS[asked.report]
        dues = due_between(self._library, asked.area, last, last + timedelta(days=100), official_calendar())
        wanted = kind.clock, after(asked.period).name if kind.of_next else asked.period.name
        return next((due.due_on for due in dues if (due.clock, due.period) == wanted), None)

    async def sheet(self, asked: Asked, today: date) -> Sheet:
        """The report; raises Refused for what nobody can be told (``check_asked``), REPORT_BEFORE_FIRST_EVENT."""
        ordered = check_asked(asked, today, self._library)
        await self._check_begun(asked)
        columns, rows, sums = await self._made[asked.report](asked, today)
        return Sheet(
            report=asked.report,
            title=f"{place_name(asked.area, asked.period.last.year)}{KINDS[asked.report].title}",
            area=asked.area,
            unit="元",
            period=asked.period.title,
            ended_on=asked.period.last,
            columns=columns,
            rows=rows,
            sums=sums,
            clause=f"{ordered.document} {ordered.clause}",
            notes=self._notes(asked, ordered),
        )

    async def _check_begun(self, asked: Asked) -> None:
        first = china_date(settled) if (settled := await self._found.first_settled(asked.area)) else None
        if asked.report == "county-statement" and (came := await self._found.first_received(asked.area)):
            first = min(came, first or came)  # money comes in before the first bill is paid of it
        if first is None or asked.period.last < first:
            begun = f"the first that is known of it happened on {first}" if first else "no bill was settled yet"
            detail = f"{asked.period.name} is before anything is known of {asked.area}: {begun}"
            raise not_found("REPORT_BEFORE_FIRST_EVENT", detail, area=asked.area, period=asked.period.name)

    async def _ledger(self, asked: Asked, _today: date) -> _Filled:
        report = asked.report
        lines = await self._found.lines(asked, PAYER_OF[report], list(CATEGORIES), list(KINDS_OF.get(report, ())))
        return filled(columns_of(report), _whole(asked, lines))

    async def _summary(self, asked: Asked, _today: date) -> _Filled:
        lines = await self._found.sums(asked)
        payers = sorted({payer for line in lines for payer, fen in line.paid_fen.items() if fen})
        return filled(sum_columns(payers, self._payer_names(asked)), lines)

    async def _statement(self, asked: Asked, _today: date) -> _Filled:
        lines = statement_lines(
            await self._found.receipts(asked.area, asked.period),
            await self._found.sums(asked),
            self._fund_names(asked),
            self._payer_names(asked),
        )
        columns, rows, _ = filled(STATEMENT_COLUMNS, lines, numbered=False)
        return columns, rows, ()

    async def _notice(self, asked: Asked, today: date) -> _Filled:
        lines = [await self._county(county, asked, today) for county in await self._counties(asked)]
        return filled(NOTICE_COLUMNS, lines)

    async def _meeting_units(self, asked: Asked, today: date) -> _Filled:
        first, last = asked.period.first, asked.period.last
        dues = due_between(self._library, asked.area, first, last, official_calendar())
        done = await self._clocks.done(dues)
        states = [(due, state_of(due, done_on(done, due), today)) for due in dues]
        breaches = _whole(asked, await self._breaches.standing(asked.area, first, last, LINES_MAX + 1))
        duties = [duty for policy in self._library.candidates(asked.area, last) for duty in policy.file.duties]
        return filled(UNIT_COLUMNS, unit_lines(duties, states, breaches, first, last))

    async def _meeting_problems(self, asked: Asked, _today: date) -> _Filled:
        of = asked.period
        breaches = _whole(asked, await self._breaches.standing(asked.area, of.first, of.last, LINES_MAX + 1))
        told = [one for one in breaches if one.kind in LATE or asked.report != "late-register"]
        columns, rows, _ = filled(PROBLEM_COLUMNS, problem_lines(told, of.last))
        return columns, rows, ()

    async def _meeting_next(self, asked: Asked, _today: date) -> _Filled:
        coming = after(asked.period)
        dues = due_between(self._library, asked.area, coming.first, coming.last, official_calendar())
        columns, rows, _ = filled(NEXT_COLUMNS, dues)
        return columns, rows, ()

    async def _county(self, county: str, asked: Asked, today: date) -> CountyLine:
        period = asked.period
        dues = due_between(self._library, county, period.first, period.last, official_calendar())
        done = await self._clocks.done(dues)
        late = [due for due in dues if state_of(due, done_on(done, due), today) in {"LATE", "DONE_LATE"}]
        breaches = _whole(asked, await self._breaches.opened(county, period.first, period.last, LINES_MAX + 1))
        sums = await self._indicators.of_period(self._library, county, period)
        return county_line(place_name(county, period.last.year), sums, breaches, late)

    def _payer_names(self, asked: Asked) -> dict[str, str]:
        return self._names(asked, lambda policy: [(layer.payer, layer.name) for layer in policy.file.layers])

    def _fund_names(self, asked: Asked) -> dict[str, str]:
        return self._names(asked, lambda policy: [(fund.code, fund.name) for fund in policy.file.funds])

    def _names(self, asked: Asked, pairs: Callable[[Any], Sequence[tuple[str, str]]]) -> dict[str, str]:
        policies = self._library.candidates(asked.area, asked.period.last)
        return {code: name for policy in reversed(policies) for code, name in pairs(policy)}

    def _notes(self, asked: Asked, ordered: Ordered) -> tuple[str, ...]:
        notes = [f"依据：{ordered.document} {ordered.clause}", "冲销、补差按其发生日计入本期；往期报表不因此改变。"]
        if asked.report in PAYER_OF:
            notes.append("文件附件只有标题，栏目为参考公开台账的样式。")
        return tuple(notes)


def _stream(asked: Asked) -> str:
    return f"report/{asked.report}/{asked.area}/{asked.period.name}"


def place_name(code: str, year: int) -> str:
    """What a division was called in a year; its code where the table has no name."""
    return next((place.name for place in reversed(divisions_of(code)) if place.stood_in(year)), code)


def _whole(asked: Asked, lines: list[LineT]) -> list[LineT]:
    """All lines, or none: a paper that leaves some out without a word is wrong. Raises Refused REPORT_TOO_LONG."""
    if len(lines) > LINES_MAX:
        raise Refused("REPORT_TOO_LONG", f"{asked.area} has more than {LINES_MAX} lines in {asked.period.name}")
    return lines
