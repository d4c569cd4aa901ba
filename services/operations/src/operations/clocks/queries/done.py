"""What was done of what is due, and which counties have people here."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import counties_in
from kernel.writing.reads import Reads
from law.clocks.official import official_calendar
from law.packs import PackLibrary
from operations.clocks.domain.claims import Claim, asks_for_claims, dues_of_claims
from operations.clocks.domain.done import BY_ITSELF, Done, stream_of
from operations.clocks.domain.schedule import Due, due_between

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
_REFUTED_SQL: Final = """
SELECT stream_id, array_agg(data->'done'->>'evidence') AS proofs FROM events
WHERE stream_id = ANY($1::text[]) AND type = 'ClockDoneWithdrawn' AND data->>'withdrawn_by' <> $2 GROUP BY stream_id
"""
# What is carried is claimed again with the next one.
_CLAIMS_SQL: Final = """
SELECT statement_id, county, fund, month, status, drawn_on, paid_on, payment_id FROM hospital_statements
WHERE county = $1 AND drawn_on BETWEEN $2 AND $3 AND status <> 'carried' ORDER BY drawn_on, statement_id LIMIT 5000
"""
_CLAIM_SQL: Final = """
SELECT statement_id, county, fund, month, status, drawn_on, paid_on, payment_id FROM hospital_statements
WHERE statement_id = $1 AND county = $2 AND status <> 'carried'
"""
#: Five working days are never further apart: the longest days off are a week and its two weekends.
_CLAIM_DAYS_MAX: Final = 31


class _Withdrawn(msgspec.Struct, frozen=True):
    stream_id: str
    event_ids: list[str]


class _Refuted(msgspec.Struct, frozen=True):
    stream_id: str
    proofs: list[str]


class _County(msgspec.Struct, frozen=True):
    county: str


class ClockQueries(Reads):
    """Read-only questions, each bounded."""

    async def due(self, library: PackLibrary, county: str, first: date, last: date) -> list[Due]:
        """Everything of a county that is due from one day to another: by the calendar, and of hospitals' claims.

        Raises Refused as ``due_between`` does.
        """
        dues = due_between(library, county, first, last, official_calendar())
        of_claims = [due for due, _ in await self.claims(library, county, first, last) if first <= due.due_on <= last]
        return sorted((*dues, *of_claims), key=lambda due: (due.due_on, *due.key))

    async def claims(self, library: PackLibrary, county: str, first: date, last: date) -> list[tuple[Due, Claim]]:
        """What is due of hospitals' claims that were handed in by the last day, from a month before the first on."""
        policies = library.candidates(county, last)
        if not asks_for_claims(policies):
            return []
        begun = date.fromordinal(first.toordinal() - _CLAIM_DAYS_MAX)
        found = await self.many(Claim, _CLAIMS_SQL, county, begun, last)
        return list(dues_of_claims(policies, found, official_calendar()))

    async def due_of_claim(self, library: PackLibrary, county: str, statement_id: str) -> list[Due]:
        """What is due of one claim, however long after its month it was drawn."""
        claims = await self.many(Claim, _CLAIM_SQL, statement_id, county)
        return [
            due
            for claim in claims
            for due, _ in dues_of_claims(library.candidates(county, claim.drawn_on), [claim], official_calendar())
        ]

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

    async def refuted(self, asked: Sequence[Due]) -> dict[str, Sequence[str]]:
        """By stream, the proofs of which a person has said that they prove nothing."""
        if not asked:
            return {}
        rows = await self.many(_Refuted, _REFUTED_SQL, [stream_of(due) for due in asked], BY_ITSELF)
        return {row.stream_id: row.proofs for row in rows}

    async def counties(self, patterns: Sequence[str]) -> list[str]:
        """The counties of which people are known, of those like one of the patterns."""
        return [row.county for row in await self.many(_County, _COUNTIES_SQL, list(patterns), _COUNTIES_MAX)]


def done_on(found: dict[tuple[str, str, str, str], Done], due: Due) -> date | None:
    """The day on which something due was done, if it was."""
    done = found.get(due.key)
    return None if done is None else done.done_on
