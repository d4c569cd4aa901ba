"""Staging: a file's rows in the database, doubles among them, and the difference to what stands."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from identity.feeds.domain.feed import Batch, BatchKind, Counts
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.values.divisions import prefix_of
from kernel.writing.database import plan_for_whole_tables

COLUMNS: Final = (
    "batch_id",
    "row",
    "number_hash",
    "name_hash",
    "category",
    "group",
    "poverty_status",
    "exit_date",
    "valid_from",
    "valid_to",
    "died_on",
    "code",
    "detail",
)
_LONG_SECONDS: Final = 600.0
# A million rows are compared in half a minute; the list of a whole province may take longer than a command does.
_PATIENCE_SQL: Final = "SET LOCAL statement_timeout = '10min'; SET LOCAL work_mem = '192MB'"
# All rows of one person are right, or none is: one of them may be another's under a wrong number.
_NAMES_DIFFER_SQL: Final = """
WITH d AS MATERIALIZED (
  SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL
  GROUP BY number_hash HAVING count(*) > 1 AND min(name_hash) <> max(name_hash)
)
UPDATE feed_rows r SET code = 'ROW_NAMES_DIFFER', detail = 'rows under this ID number have different names'
FROM d WHERE r.batch_id = $1 AND r.number_hash = d.number_hash
"""
# Few people stand in a file twice: only their rows are looked at closely.
_DOUBLES_SQL: Final = """
WITH twice AS MATERIALIZED (
  SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL GROUP BY number_hash HAVING count(*) > 1
), d AS MATERIALIZED (
  SELECT number_hash, category, CASE WHEN $2 THEN NULL ELSE valid_from END AS begins, min(row) AS first,
         count(DISTINCT (valid_from, valid_to, "group", poverty_status, exit_date, died_on)) AS kinds
  FROM feed_rows JOIN twice USING (number_hash) WHERE batch_id = $1 AND code IS NULL
  GROUP BY 1, 2, 3 HAVING count(*) > 1
)
UPDATE feed_rows r SET code = CASE WHEN d.kinds = 1 THEN 'ROW_TWICE' ELSE 'ROWS_DISAGREE' END,
  detail = CASE WHEN d.kinds = 1 THEN 'the same as row ' || d.first ELSE 'row ' || d.first ||
           ' says otherwise of the same membership; send what is right' END
FROM d
WHERE r.batch_id = $1 AND r.code IS NULL AND r.number_hash = d.number_hash AND r.category = d.category
  AND (d.begins IS NULL OR r.valid_from = d.begins) AND (d.kinds > 1 OR r.row <> d.first)
"""
_REFUSED_SQL: Final = """
INSERT INTO feed_lines (batch_id, line, row, outcome, code, detail)
SELECT batch_id, row, row, 'REFUSED', code, detail FROM feed_rows WHERE batch_id = $1 AND code IS NOT NULL
"""
_ALL_CHANGE_SQL: Final = """
INSERT INTO feed_lines (batch_id, line, row, outcome)
SELECT batch_id, row, row, 'PENDING' FROM feed_rows WHERE batch_id = $1 AND code IS NULL
"""
_CHANGING_SQL: Final = """
INSERT INTO feed_lines (batch_id, line, row, outcome)
SELECT r.batch_id, r.row, r.row, 'PENDING' FROM feed_rows r
LEFT JOIN number_tokens t ON t.id_number_hash = r.number_hash
LEFT JOIN personal_data d ON d.number_token = t.token
LEFT JOIN memberships m ON m.person_id = d.person_id AND m.department = $2 AND m.category = r.category
  AND m.valid_from = r.valid_from
WHERE r.batch_id = $1 AND r.code IS NULL
  AND (m.membership_id IS NULL OR r.died_on IS NOT NULL OR (m.valid_to, m."group", m.poverty_status, m.exit_date)
       IS DISTINCT FROM (r.valid_to, r."group", r.poverty_status, r.exit_date))
"""
_STANDING: Final = """
FROM memberships m JOIN persons p USING (person_id)
WHERE m.department = $2 AND m.category = $3 AND p.county LIKE $4 AND p.deceased_on IS NULL
  AND m.valid_from < $5 AND (m.valid_to IS NULL OR m.valid_to >= $5)
"""
_COUNT_STANDING_SQL: Final = f"SELECT count(*) {_STANDING} AND $1::text = ''"
# A row that is refused still names its person: nobody is ended for a wrong date in the list.
_ENDING_SQL: Final = f"""
WITH listed AS MATERIALIZED (
  SELECT d.person_id FROM feed_rows r JOIN number_tokens t ON t.id_number_hash = r.number_hash
  JOIN personal_data d ON d.number_token = t.token WHERE r.batch_id = $1
  UNION SELECT f.person_id FROM feed_rows r JOIN number_tokens t ON t.id_number_hash = r.number_hash
  JOIN former_numbers f ON f.number_token = t.token WHERE r.batch_id = $1
)
INSERT INTO feed_lines (batch_id, line, outcome, person_id, membership_id)
SELECT $1, (SELECT coalesce(max(row), 0) FROM feed_rows WHERE batch_id = $1) + row_number() OVER (ORDER BY m.person_id),
       'PENDING', m.person_id, m.membership_id
FROM (SELECT m.* {_STANDING}) m LEFT JOIN listed l ON l.person_id = m.person_id WHERE l.person_id IS NULL
"""
_COUNT_SQL: Final = """
SELECT (SELECT count(*) FROM feed_rows WHERE batch_id = $1) AS rows,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND code IS NOT NULL) AS refused,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND number_hash IS NULL) AS unidentified,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NOT NULL) AS changing,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NULL) AS ending
"""
_PROGRESS_SQL: Final = """
INSERT INTO feed_progress (batch_id, rows_read, lines_applied) VALUES ($1, $2, $3)
ON CONFLICT (batch_id) DO UPDATE SET rows_read = GREATEST(feed_progress.rows_read, EXCLUDED.rows_read),
  lines_applied = EXCLUDED.lines_applied,
  updated_at = now()
"""


class StagedRow(msgspec.Struct, frozen=True):
    """A row as it is compared: hashes instead of people. With ``code`` it is refused."""

    row: int
    number_hash: str | None = None
    name_hash: str | None = None
    category: str | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    died_on: date | None = None
    code: str | None = None
    detail: str | None = None


class Staging:
    """The working tables of a batch. They are no projections: replay leaves them alone."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def clear(self, batch_id: str) -> None:
        """Forget what an earlier reading left."""
        pool = self._runtime.store.pool
        await pool.execute("DELETE FROM feed_rows WHERE batch_id = $1", batch_id)
        await pool.execute("DELETE FROM feed_lines WHERE batch_id = $1", batch_id)

    async def add(self, batch_id: str, rows: Iterable[StagedRow]) -> None:
        """Copy rows in."""
        records = [(batch_id, *msgspec.structs.astuple(row)) for row in rows]
        async with self._runtime.store.pool.acquire() as connection:
            await connection.copy_records_to_table("feed_rows", records=records, columns=COLUMNS)

    async def compare(self, batch: Batch) -> Counts:
        """Refuse doubles, find what changes and what ends, and write a line for each; unchanged rows have none."""
        full = batch.kind is BatchKind.FULL
        async with self._runtime.store.pool.acquire() as connection, connection.transaction():
            await plan_for_whole_tables(connection)
            await connection.execute(_PATIENCE_SQL)
            await connection.execute(_NAMES_DIFFER_SQL, batch.batch_id, timeout=_LONG_SECONDS)
            await connection.execute(_DOUBLES_SQL, batch.batch_id, full, timeout=_LONG_SECONDS)
            await connection.execute(_REFUSED_SQL, batch.batch_id, timeout=_LONG_SECONDS)
            standing = 0
            if full:
                await connection.execute(_CHANGING_SQL, batch.batch_id, batch.department, timeout=_LONG_SECONDS)
                scope = (batch.department, batch.category, area_pattern(batch.area), china_date(batch.as_of))
                await connection.execute(_ENDING_SQL, batch.batch_id, *scope, timeout=_LONG_SECONDS)
                standing = await connection.fetchval(_COUNT_STANDING_SQL, "", *scope, timeout=_LONG_SECONDS)
            else:
                await connection.execute(_ALL_CHANGE_SQL, batch.batch_id, timeout=_LONG_SECONDS)
            row = await connection.fetchrow(_COUNT_SQL, batch.batch_id, timeout=_LONG_SECONDS)
            assert row is not None
            counted: dict[str, int] = dict(row)
            await connection.execute("DELETE FROM feed_rows WHERE batch_id = $1", batch.batch_id, timeout=_LONG_SECONDS)
        unchanged = counted["rows"] - counted["refused"] - counted["changing"]
        return Counts(unchanged=unchanged, standing=standing, **counted)

    async def progress(self, batch_id: str, rows_read: int = 0, lines_applied: int = 0) -> None:
        """Say how far the batch is."""
        await self._runtime.store.pool.execute(_PROGRESS_SQL, batch_id, rows_read, lines_applied)


def area_pattern(area: str | None) -> str:
    """The division codes of an area, for LIKE: 445200 is all of 4452, 440000 all of 44, 445202 itself."""
    return "%" if area is None else f"{prefix_of(area)}%"
