"""Onboarding: a person's accumulators are taken over from the system before this one."""

from kernel.running.runtime import Runtime
from kernel.values.divisions import covers
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from law.packs import PackLibrary
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.years.domain import Opening, open_with, stream_of, take_back
from settlement.years.queries import YearQueries


class YearCommands:
    """The command of those who bring a county in."""

    def __init__(self, runtime: Runtime, queries: YearQueries, library: PackLibrary) -> None:
        self._runtime = runtime
        self._library = library
        self._queries = queries

    async def open(self, context: CommandContext, opening: BenefitYear, source: str) -> Answered:
        """Take over the accumulators of a year that has not begun here. Raises Refused ACCUMULATOR_UNKNOWN."""
        self._check_names(opening)

        async def attempt() -> Outcome:
            current = await self._queries.benefit_year(opening.person_id, opening.area, opening.year)
            begun = current or BenefitYear(person_id=opening.person_id, area=opening.area, year=opening.year)
            stream, past = await self._runtime.store.load(stream_of(opening))
            event = open_with(begun, past, opening.balances_fen, source)
            return _outcome(opening, stream, event, 201)

        return await self._runtime.path.run(context, attempt)

    def _check_names(self, opening: BenefitYear) -> None:
        """Refuse an accumulator that no document of the area counts by: nothing would ever look at it."""
        files = [pack.file for pack in self._library.packs]
        known = {
            accumulator.name
            for file in files
            if covers(file.division, opening.area) or covers(opening.area, file.division)
            for accumulator in file.accumulators
        }
        for name in opening.balances_fen:
            if name not in known:
                there = ", ".join(sorted(known)) or "none"
                raise Refused(
                    "ACCUMULATOR_UNKNOWN", f"no document of {opening.area} counts by {name!r}; it has {there}"
                )

    async def take_back(self, context: CommandContext, opening: BenefitYear, source: str) -> Answered:
        """Take back what was taken over, before anything rests on it."""

        async def attempt() -> Outcome:
            current = await self._queries.benefit_year(opening.person_id, opening.area, opening.year)
            stream, past = await self._runtime.store.load(stream_of(opening))
            return _outcome(opening, stream, take_back(current or opening, past, source), 200)

        return await self._runtime.path.run(context, attempt)


def _outcome(opening: BenefitYear, stream: Stream, event: Opening | None, status: int) -> Outcome:
    body = {"person_id": opening.person_id, "area": opening.area, "year": opening.year}
    appends = () if event is None else (StreamAppend(stream, (event,)),)
    return Outcome(appends, body, status, contended=opening.person_id)
