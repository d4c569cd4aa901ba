"""Making a report, and reading it: that it was made or read is written down."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.values.refusals import conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store.stream import event_id_of
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.clocks.domain.done import DECIDER as CLOCK
from operations.clocks.domain.done import MeetClock, stream_of
from operations.clocks.domain.schedule import Due, due_between
from operations.clocks.queries.done import ClockQueries
from operations.periods.domain import after
from operations.reports.commands.sheets import Sheets, counties_of
from operations.reports.domain.asked import KINDS, Asked
from operations.reports.domain.ledgers import PAYER_OF
from operations.reports.domain.made import DECIDER, LOOKS, Look, Made, Make, digest_of
from operations.reports.domain.sheet import Sheet
from operations.reports.queries.identity import PeopleQueries, Person
from operations.reports.queries.moved import ReportQueries

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
        sheets: Sheets,
        found: ReportQueries,
        people: PeopleQueries,
        clocks: ClockQueries,
        library: PackLibrary,
    ) -> None:
        self._runtime = runtime
        self._sheets = sheets
        self._found = found
        self._people = people
        self._clocks = clocks
        self._library = library
        #: The sheet that was read last: who reads a long one asks for page after page.
        self._kept: _Kept | None = None

    async def make(self, context: CommandContext, asked: Asked, token: str) -> Answered:
        """Make a report; it is a new version only where it says something else than the last one.

        ``token`` is the caller's own: what identity alone knows is asked of it with no other right.
        """
        sheet = await self._sheets.sheet(asked, context.today, token)
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
        below = () if KINDS[asked.report].of_a_day else await counties_of(self._clocks, asked.area)
        for county in {asked.area, *below}:
            duties = [one for policy in self._library.candidates(county, last) for one in policy.file.duties]
            units = [one.owner for one in duties if duty in one.of] if duty else [""]
            wanted = KINDS[asked.report].clock, asked.period.name
            of_county = due_between(self._library, county, *span, official_calendar())
            dues += [due for due in of_county if (due.clock, due.period) == wanted and due.unit in units]
        return sorted(dues, key=lambda due: due.key)

    async def read(self, asked: Asked, by: str, now: datetime, token: str) -> Sheet:
        """A report as it was made, for somebody to look at.

        Raises Refused REPORT_NOT_MADE, REPORT_CHANGED and those of ``Sheets.sheet``.
        """
        kept = await self._as_just_read(asked, now, token)
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

    async def _as_just_read(self, asked: Asked, now: datetime, token: str) -> _Kept:
        """The sheet as it was made for the page before, if that was a moment ago and nothing was heard since."""
        heard = await self._found.heard()
        kept = self._kept
        if kept is not None and (kept.asked, kept.heard) == (asked, heard) and now - kept.at < _KEPT:
            return kept
        sheet = await self._sheets.sheet(asked, china_date(now), token)
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

    async def names(self, person_ids: Iterable[str], token: str) -> Mapping[str, Person]:
        """Names and ID numbers, asked of identity with the caller's own token, which writes each look down.

        Raises Refused IDENTITY_REFUSED.
        """
        return await self._people.persons(person_ids, token)


def _stream(asked: Asked) -> str:
    return f"report/{asked.report}/{asked.area}/{asked.period.name}"
