"""What was done of what is due, and which counties have people here."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads
from operations.clocks.domain.done import Done, stream_of
from operations.clocks.domain.schedule import Due

_COUNTIES_MAX: Final = 3_000
_COUNTIES_SQL: Final = f"SELECT c.county FROM {counties_in('people', '$1')} c WHERE c.county IS NOT NULL LIMIT $2"
_DONE_SQL: Final = """
SELECT d.county, d.clock, d.period, d.unit, d.due_on, d.done_on, d.evidence, d.said_by, d.said_on, d.version
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS a(county, clock, period, unit)
JOIN clocks_done d USING (county, clock, period, unit)
"""
_WITHDRAWN_SQL: Final = """
SELECT stream_id, array_agg(event_id::text ORDER BY version) AS event_ids FROM events
WHERE stream_id = ANY($1::text[]) AND type = 'ClockDoneWithdrawn' GROUP BY stream_id
"""


class _Withdrawn(msgspec.Struct, frozen=True):
    stream_id: str
    event_ids: list[str]


class _County(msgspec.Struct, frozen=True):
    county: str


class ClockQueries(Reads):
    """Read-only questions, each bounded."""

    async def done(self, asked: Sequence[Due]) -> dict[tuple[str, str, str, str], Done]:
        """What was said to be done, by the names of what is due."""
        columns = [list(column) for column in zip(*(due.key for due in asked), strict=True)] or [[], [], [], []]
        rows = await self.many(Done, _DONE_SQL, *columns)
        return {(row.county, row.clock, row.period, row.unit): row for row in rows}

    async def withdrawn(self, asked: Sequence[Due]) -> dict[str, Sequence[str]]:
        """The events by which it was said that something due was not done after all, by stream, in their order."""
        if not asked:
            return {}
        rows = await self.many(_Withdrawn, _WITHDRAWN_SQL, [stream_of(due) for due in asked])
        return {row.stream_id: row.event_ids for row in rows}

    async def counties(self, patterns: Sequence[str]) -> list[str]:
        """The counties of which people are known, of those like one of the patterns."""
        return [row.county for row in await self.many(_County, _COUNTIES_SQL, list(patterns), _COUNTIES_MAX)]


def done_on(found: dict[tuple[str, str, str, str], Done], due: Due) -> date | None:
    """The day on which something due was done, if it was."""
    done = found.get(due.key)
    return None if done is None else done.done_on
