"""Staging a batch: its rows in the database, doubles among them, and the difference to what stands."""

from typing import Any, Final

from identity.feeds.domain.feed import Batch, BatchKind, Counts
from identity.feeds.domain.lines import prefix_of_area
from identity.feeds.domain.row import FeedRow
from identity.feeds.rows import feed_lines, feed_rows
from identity.intake.domain import Unread
from identity.intake.staging import Staging
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date

#: What is compared of a row, and what of that stays with its line.
_SAID: Final = tuple(column.name for column in feed_rows.columns if column.name in FeedRow.__struct_fields__)
_KEPT: Final = "".join(f', "{column}"' for column in _SAID if column in feed_lines.columns)
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
_DOUBLES_SQL: Final = f"""
WITH twice AS MATERIALIZED (
  SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL GROUP BY number_hash HAVING count(*) > 1
), d AS MATERIALIZED (
  SELECT number_hash, category, CASE WHEN $2 THEN NULL ELSE valid_from END AS begins, min(row) AS first,
         count(DISTINCT ({", ".join(f'"{column}"' for column in _SAID)})) AS kinds
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
_LINES: Final = f"""
INSERT INTO feed_lines (batch_id, line, row, outcome, code, detail{_KEPT})
SELECT r.batch_id, r.row, r.row, CASE WHEN r.code IS NULL THEN 'PENDING' ELSE 'REFUSED' END, r.code, r.detail{_KEPT}
FROM feed_rows r"""
_REFUSED_SQL: Final = f"{_LINES} WHERE r.batch_id = $1 AND r.code IS NOT NULL"
_ALL_CHANGE_SQL: Final = f"{_LINES} WHERE r.batch_id = $1 AND r.code IS NULL"
_CHANGING_SQL: Final = f"""{_LINES}
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
_COUNT_SQL: Final = f"""
SELECT (SELECT count(*) FROM feed_rows WHERE batch_id = $1) AS rows,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND code IS NOT NULL) AS refused,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND number_hash IS NULL) AS unidentified,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NOT NULL) AS changing,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NULL) AS ending,
       CASE WHEN $6 THEN (SELECT count(*) {_STANDING}) ELSE 0 END AS standing
"""


class FeedStaging(Staging):
    """The rows of a batch while they are compared, and the lines that come of it."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        super().__init__(runtime, feed_rows)
        self._vault = vault

    def staged(self, number: int, row: FeedRow | Unread) -> tuple[Any, ...]:
        """A row as it is compared."""
        told: dict[str, Any] = {"row": number}
        if isinstance(row, Unread):
            known = None if row.number is None else self._vault.hash_of(row.number)
            told |= {"number_hash": known, "code": row.code, "detail": row.detail}
        else:
            told |= {column: getattr(row, column) for column in _SAID}
            told["number_hash"] = self._vault.hash_of(row.id_number.number)
            told["name_hash"] = self._vault.hash_of(row.name)
        return tuple(told.get(column) for column in self.columns)

    async def clear_lines(self, batch_id: str) -> None:
        """Forget what an earlier reading left."""
        await self.clear(batch_id)
        await self._runtime.store.pool.execute("DELETE FROM feed_lines WHERE batch_id = $1", batch_id)

    async def compare(self, batch: Batch) -> Counts:
        """Refuse doubles, find what changes and what ends, and write a line for each; unchanged rows have none."""
        batch_id, full = batch.batch_id, batch.kind is BatchKind.FULL
        scope = (batch.department, batch.category, f"{prefix_of_area(batch.area)}%", china_date(batch.as_of))
        async with self.comparing() as lists:
            await lists.execute(_NAMES_DIFFER_SQL, batch_id)
            await lists.execute(_DOUBLES_SQL, batch_id, full)
            await lists.execute(_REFUSED_SQL, batch_id)
            if full:
                await lists.execute(_CHANGING_SQL, batch_id, batch.department)
                await lists.execute(_ENDING_SQL, batch_id, *scope)
            else:
                await lists.execute(_ALL_CHANGE_SQL, batch_id)
            counted = await lists.counts(_COUNT_SQL, batch_id, *scope, full)
            await lists.execute("DELETE FROM feed_rows WHERE batch_id = $1", batch_id)
        return Counts(unchanged=counted["rows"] - counted["refused"] - counted["changing"], **counted)
