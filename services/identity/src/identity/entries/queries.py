"""The questions about entries: the work list, one entry, and how long the steps take."""

from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime

_COLUMNS: Final = """entry_id, person_id, county, department, proposal, state, authors, entered_at, submitted_at,
reviewed_by, reviewed_at, decided_by, decided_at, reason, revision"""
_ENTRY_SQL: Final = f"SELECT {_COLUMNS} FROM entries WHERE entry_id = $1"
# $4 is the last entry shown; its moment is looked up, so that a cursor needs no time that could be malformed.
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM entries
WHERE state = $1 AND ($2::text IS NULL OR department = $2) AND county LIKE ANY($3::text[])
  AND ($4::text IS NULL OR (submitted_at, entry_id) > ((SELECT submitted_at FROM entries WHERE entry_id = $4), $4))
ORDER BY submitted_at, entry_id LIMIT $5
"""
_DELAYS_SQL: Final = """
SELECT county, month, step, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY hours), max(hours)
FROM entry_delays
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR month = $2) AND (county, month, step) > ($3, $4, $5)
GROUP BY county, month, step ORDER BY county, month, step LIMIT $6
"""


class EntryRow(msgspec.Struct, frozen=True):
    """An entry as it stands; ``proposal`` as plain values."""

    entry_id: str
    person_id: str
    county: str
    department: str
    proposal: dict[str, Any]
    state: str
    authors: list[str]
    entered_at: datetime
    submitted_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    revision: int


class DelayRow(msgspec.Struct, frozen=True):
    """How long a step took in a county and month, in hours begun. Of an even number the lower median."""

    county: str
    month: str
    step: str
    count: int
    median_hours: int
    max_hours: int


class EntryQueries:
    """Reads of the entries' tables, each bounded."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def entry(self, entry_id: str) -> EntryRow | None:
        """The entry of this id."""
        row = await self._runtime.store.pool.fetchrow(_ENTRY_SQL, entry_id)
        return None if row is None else _entry(row)

    async def in_state(
        self, state: str, department: str | None, counties: list[str], *, after: str | None, limit: int
    ) -> list[EntryRow]:
        """Entries in a state about people of counties that are like one of these, the longest waiting first."""
        rows = await self._runtime.store.pool.fetch(_LIST_SQL, state, department, counties, after, limit)
        return [_entry(row) for row in rows]

    async def delays(
        self, counties: list[str], month: str | None, *, after: tuple[str, str, str], limit: int
    ) -> list[DelayRow]:
        """The delays by county, month and step."""
        rows = await self._runtime.store.pool.fetch(_DELAYS_SQL, counties, month, *after, limit)
        return [DelayRow(*row) for row in rows]


def _entry(row: Any) -> EntryRow:
    return EntryRow(**{**row, "proposal": msgspec.json.decode(row["proposal"])})
