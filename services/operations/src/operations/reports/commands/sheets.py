"""What a report says: its sheet, gathered anew whenever it is made or read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from kernel.values.china_time import china_date
from kernel.values.divisions import prefix_of
from kernel.values.refusals import Refused, not_found
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.breaches.queries import BreachQueries
from operations.clocks.domain.schedule import due_between, state_of
from operations.clocks.queries.done import ClockQueries, done_on
from operations.indicators.queries import IndicatorQueries
from operations.periods.domain import after
from operations.reports.commands.coverage import CoverageSheets
from operations.reports.domain.asked import KINDS, Asked, Ordered, check_asked
from operations.reports.domain.coverage import COVERAGE
from operations.reports.domain.ledgers import CATEGORIES, KINDS_OF, PAYER_OF, columns_of
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
from operations.reports.domain.sheet import Filled, Sheet, filled, place_name
from operations.reports.domain.statement import COLUMNS as STATEMENT_COLUMNS
from operations.reports.domain.statement import statement_lines
from operations.reports.domain.summary import sum_columns
from operations.reports.queries.moved import LINES_MAX, ReportQueries

LineT = TypeVar("LineT")


class Sheets:
    """Gathers what each report says."""

    def __init__(
        self,
        found: ReportQueries,
        clocks: ClockQueries,
        breaches: BreachQueries,
        indicators: IndicatorQueries,
        coverage: CoverageSheets,
        library: PackLibrary,
    ) -> None:
        self._found = found
        self._clocks = clocks
        self._breaches = breaches
        self._indicators = indicators
        self._coverage = coverage
        self._library = library
        self._made: Final[Mapping[str, Callable[[Asked, date], Awaitable[Filled]]]] = {
            **dict.fromkeys(PAYER_OF, self._ledger),
            "summary": self._summary,
            "dispatch-notice": self._notice,
            "county-statement": self._statement,
            "meeting-units": self._meeting_units,
            "meeting-problems": self._meeting_problems,
            "meeting-next": self._meeting_next,
            "late-register": self._meeting_problems,
        }

    async def sheet(self, asked: Asked, today: date, token: str) -> Sheet:
        """The report; ``token`` is the caller's own, for what identity alone knows. No name is in it.

        Raises Refused for what nobody can be told (``check_asked``), REPORT_BEFORE_FIRST_EVENT, and those of
        ``CoverageSheets.filled``.
        """
        ordered = check_asked(asked, today, self._library)
        if asked.report in COVERAGE:
            (columns, rows, sums), notes = await self._coverage.filled(asked, token)
            notes = (f"依据：{ordered.document} {ordered.clause}", *notes)
        else:
            await self._check_begun(asked)
            columns, rows, sums = await self._made[asked.report](asked, today)
            notes = _notes(asked, ordered)
        return Sheet(
            report=asked.report,
            title=f"{place_name(asked.area, asked.period.last.year)}{KINDS[asked.report].title}",
            area=asked.area,
            unit="人" if asked.report in COVERAGE else "元",
            period=asked.period.title,
            ended_on=asked.period.last,
            columns=columns,
            rows=rows,
            sums=sums,
            clause=f"{ordered.document} {ordered.clause}",
            notes=notes,
        )

    async def _check_begun(self, asked: Asked) -> None:
        first = china_date(settled) if (settled := await self._found.first_settled(asked.area)) else None
        if asked.report == "county-statement" and (came := await self._found.first_received(asked.area)):
            first = min(came, first or came)  # money comes in before the first bill is paid of it
        if first is None or asked.period.last < first:
            begun = f"the first that is known of it happened on {first}" if first else "no bill was settled yet"
            detail = f"{asked.period.name} is before anything is known of {asked.area}: {begun}"
            raise not_found("REPORT_BEFORE_FIRST_EVENT", detail, area=asked.area, period=asked.period.name)

    async def _ledger(self, asked: Asked, _today: date) -> Filled:
        report = asked.report
        lines = await self._found.lines(asked, PAYER_OF[report], list(CATEGORIES), list(KINDS_OF.get(report, ())))
        return filled(columns_of(report), _whole(asked, lines))

    async def _summary(self, asked: Asked, _today: date) -> Filled:
        lines = await self._found.sums(asked)
        payers = sorted({payer for line in lines for payer, fen in line.paid_fen.items() if fen})
        return filled(sum_columns(payers, self._payer_names(asked)), lines)

    async def _statement(self, asked: Asked, _today: date) -> Filled:
        lines = statement_lines(
            await self._found.receipts(asked.area, asked.period),
            await self._found.sums(asked),
            self._fund_names(asked),
            self._payer_names(asked),
        )
        columns, rows, _ = filled(STATEMENT_COLUMNS, lines, numbered=False)
        return columns, rows, ()

    async def _notice(self, asked: Asked, today: date) -> Filled:
        lines = [await self._county(county, asked, today) for county in await counties_of(self._clocks, asked.area)]
        return filled(NOTICE_COLUMNS, lines)

    async def _meeting_units(self, asked: Asked, today: date) -> Filled:
        first, last = asked.period.first, asked.period.last
        dues = due_between(self._library, asked.area, first, last, official_calendar())
        done = await self._clocks.done(dues)
        states = [(due, state_of(due, done_on(done, due), today)) for due in dues]
        breaches = _whole(asked, await self._breaches.standing(asked.area, first, last, LINES_MAX + 1))
        duties = [duty for policy in self._library.candidates(asked.area, last) for duty in policy.file.duties]
        return filled(UNIT_COLUMNS, unit_lines(duties, states, breaches, first, last))

    async def _meeting_problems(self, asked: Asked, _today: date) -> Filled:
        of = asked.period
        breaches = _whole(asked, await self._breaches.standing(asked.area, of.first, of.last, LINES_MAX + 1))
        told = [one for one in breaches if one.kind in LATE or asked.report != "late-register"]
        columns, rows, _ = filled(PROBLEM_COLUMNS, problem_lines(told, of.last))
        return columns, rows, ()

    async def _meeting_next(self, asked: Asked, _today: date) -> Filled:
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


def _notes(asked: Asked, ordered: Ordered) -> tuple[str, ...]:
    notes = [f"依据：{ordered.document} {ordered.clause}", "冲销、补差按其发生日计入本期；往期报表不因此改变。"]
    if asked.report in PAYER_OF:
        notes.append("文件附件只有标题，栏目为参考公开台账的样式。")
    return tuple(notes)


async def counties_of(clocks: ClockQueries, area: str) -> list[str]:
    """The county itself, or those of a city or province of which people are known."""
    prefix = prefix_of(area)
    whole = len(prefix) == len(area)
    return [area] if whole else await clocks.counties([f"{prefix}%"])


def _whole(asked: Asked, lines: list[LineT]) -> list[LineT]:
    """All lines, or none: a paper that leaves some out without a word is wrong. Raises Refused REPORT_TOO_LONG."""
    if len(lines) > LINES_MAX:
        raise Refused("REPORT_TOO_LONG", f"{asked.area} has more than {LINES_MAX} lines in {asked.period.name}")
    return lines
