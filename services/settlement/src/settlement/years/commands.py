"""Onboarding: a person's accumulators are taken over from the system before this one."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.years.domain import open_with, stream_of
from settlement.years.queries import YearQueries


class YearCommands:
    """The command of those who bring a county in."""

    def __init__(self, runtime: Runtime, queries: YearQueries) -> None:
        self._runtime = runtime
        self._queries = queries

    async def open(self, context: CommandContext, opening: BenefitYear, source: str) -> Answered:
        """Take over the accumulators of a year that has not begun here."""

        async def attempt() -> Outcome:
            current = await self._queries.benefit_year(opening.person_id, opening.area, opening.year)
            begun = current or BenefitYear(person_id=opening.person_id, area=opening.area, year=opening.year)
            event = open_with(begun, opening.balances_fen, source)
            body = {"person_id": opening.person_id, "area": opening.area, "year": opening.year}
            # Where its row has not moved, nothing has happened in the year, so its stream cannot exist.
            append = StreamAppend(Stream(stream_of(opening)), (event,))
            return Outcome((append,), body, 201, contended=opening.person_id)

        return await self._runtime.path.run(context, attempt)
