"""Staging a batch: its rows in the database, doubles among them, and the difference to what stands."""

from typing import Any, Final

from identity.feeds.domain.batch import Batch, BatchKind, Counts
from identity.feeds.domain.lines import prefix_of_area
from identity.feeds.domain.row import FeedRow
from identity.feeds.domain.row_warnings import NAME_DIFFERS, lies_in
from identity.feeds.rows import feed_lines, feed_rows
from identity.intake.domain import ROWS_OF_A_SHEET, Unread, both
from identity.intake.staging import Staging
from identity.persons.domain.categories import GROUPS, Department, Group
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date

_NAMES_AT_ONCE: Final = 5_000
#: What is compared of a row, and what of that stays with its line.
_SAID: Final = tuple(column.name for column in feed_rows.columns if column.name in FeedRow.__struct_fields__)
_KEPT: Final = "".join(f', "{column}"' for column in _SAID if column in feed_lines.columns)
#: What a row says of a person beside the membership; and what a clerk calls all that rows may disagree in.
_BESIDE: Final = ("phone_hash", "address_hash")
_TITLES: Final = {
    "county": "县区", "category": "类别", "group": "类型", "poverty_status": "脱贫状态", "exit_date": "脱贫日期",
    "valid_from": "开始日期", "valid_to": "结束日期", "died_on": "死亡日期",
    "phone_hash": "电话", "address_hash": "住址", "township": "乡镇",
}  # fmt: skip
_DIFFERING: Final = ", ".join(
    f"""CASE WHEN count(DISTINCT coalesce("{column}"::text, '')) > 1 THEN '{_TITLES[column]}' END""" for column in _SAID
)
# Who leaves an address out says nothing about it.
_DIFFERING_BESIDE: Final = ", ".join(
    f"""CASE WHEN count(DISTINCT "{column}") > 1 THEN '{_TITLES[column]}' END""" for column in _BESIDE
)
#: The row that another one is told of: the first one, which itself is told of the last.
_FIRST: Final = f"((CASE WHEN r.row = d.first THEN d.last ELSE d.first END) % {ROWS_OF_A_SHEET})"
# All rows of one person are right, or none is: one of them may be another's under a wrong number.
_NAMES_DIFFER_SQL: Final = f"""
WITH d AS MATERIALIZED (
  SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL
  GROUP BY number_hash HAVING count(*) > 1 AND min(name_hash) <> max(name_hash)
)
UPDATE feed_rows r SET code = 'ROW_NAMES_DIFFER',
  detail = '{both("这个身份证号在名单里有几个姓名", "rows under this ID number have different names")}'
FROM d WHERE r.batch_id = $1 AND r.number_hash = d.number_hash
"""
# Few people stand in a file twice: only their rows are looked at closely.
_DOUBLES_SQL: Final = f"""
WITH twice AS MATERIALIZED (
  SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL GROUP BY number_hash HAVING count(*) > 1
), d AS MATERIALIZED (
  SELECT number_hash, category, CASE WHEN $2 THEN NULL ELSE valid_from END AS begins, min(row) AS first,
         max(row) AS last,
         concat_ws('、', {_DIFFERING}, {_DIFFERING_BESIDE}) AS differing
  FROM feed_rows JOIN twice USING (number_hash) WHERE batch_id = $1 AND code IS NULL
  GROUP BY 1, 2, 3 HAVING count(*) > 1
)
UPDATE feed_rows r SET code = CASE WHEN d.differing = '' THEN 'ROW_TWICE' ELSE 'ROWS_DISAGREE' END,
  detail = CASE WHEN d.differing = '' THEN '与第 ' || {_FIRST} || ' 行重复 / the same as row ' || {_FIRST}
           ELSE '与第 ' || {_FIRST} || ' 行是同一个人，但' || d.differing || '不同，请只留正确的一行' ||
           ' / row ' || {_FIRST} || ' says otherwise of the same membership; send what is right' END
FROM d
WHERE r.batch_id = $1 AND r.code IS NULL AND r.number_hash = d.number_hash AND r.category = d.category
  AND (d.begins IS NULL OR r.valid_from = d.begins) AND (d.differing <> '' OR r.row <> d.first)
"""
_TWICE_SQL: Final = """
SELECT number_hash FROM feed_rows WHERE batch_id = $1 AND code IS NULL GROUP BY number_hash HAVING count(*) > 1
"""
_GROUPS_SQL: Final = """
SELECT array_agg(DISTINCT "group") AS groups, bool_and("group" IS NOT NULL) AS all_named
FROM feed_rows WHERE batch_id = $1 AND code IS NULL
"""
_OF_THE_LIST: Final = """
FROM feed_rows r JOIN number_tokens t ON t.id_number_hash = r.number_hash
JOIN personal_data d ON d.number_token = t.token
"""
_UNHASHED_SQL: Final = f"""
SELECT DISTINCT d.person_id {_OF_THE_LIST} JOIN person_keys k ON k.person_id = d.person_id
LEFT JOIN name_hashes h ON h.person_id = d.person_id
WHERE r.batch_id = $1 AND r.code IS NULL AND (h.person_id IS NULL OR h."of" <> substring(d.name FOR 16))
LIMIT {_NAMES_AT_ONCE}
"""
_NAMES_OF_OTHERS_SQL: Final = f"""
UPDATE feed_rows o SET code = CASE WHEN found.own THEN 'ROW_NAME_DIFFERS' END, detail = '{NAME_DIFFERS}'
FROM (SELECT r.row, d.registered_by = $2 OR r.died_on IS NOT NULL AS own
      {_OF_THE_LIST} JOIN name_hashes h ON h.person_id = d.person_id
      WHERE r.batch_id = $1 AND r.code IS NULL AND h.name_hash <> r.name_hash) found
WHERE o.batch_id = $1 AND o.row = found.row
"""
_LINES: Final = f"""
INSERT INTO feed_lines (batch_id, line, row, outcome, code, detail{_KEPT})
SELECT r.batch_id, r.row, r.row, CASE WHEN r.code IS NULL THEN 'PENDING' ELSE 'REFUSED' END, r.code, r.detail{_KEPT}
FROM feed_rows r"""
_SLICE: Final = "WHERE r.row BETWEEN $1 AND $2 AND r.batch_id = $3"
_REFUSED_SQL: Final = f"{_LINES} {_SLICE} AND r.code IS NOT NULL"
_ALL_CHANGE_SQL: Final = f"{_LINES} {_SLICE} AND r.code IS NULL"
_CHANGING_SQL: Final = f"""{_LINES}
LEFT JOIN number_tokens t ON t.id_number_hash = r.number_hash
LEFT JOIN personal_data d ON d.number_token = t.token
LEFT JOIN persons p ON p.person_id = d.person_id
LEFT JOIN memberships m ON m.person_id = d.person_id AND m.department = $4 AND m.category = r.category
  AND m.valid_from = r.valid_from
{_SLICE} AND r.code IS NULL
  AND (m.membership_id IS NULL OR r.died_on IS NOT NULL OR p.county <> r.county
       OR r.county NOT LIKE $5 OR r.detail IS NOT NULL
       OR (r.township IS NOT NULL AND NOT EXISTS (
         SELECT FROM person_townships t2 WHERE t2.person_id = d.person_id AND t2.township = r.township))
       OR (p.deceased_on IS NOT NULL AND (r.valid_to IS NULL OR r.valid_to > p.deceased_on))
       OR (m.valid_to, m."group", m.poverty_status, m.exit_date)
       IS DISTINCT FROM (r.valid_to, r."group", r.poverty_status, r.exit_date))
"""
_STANDING: Final = """
FROM memberships m JOIN persons p USING (person_id)
WHERE m.department = $2 AND m.category = $3 AND p.county LIKE $4 AND p.deceased_on IS NULL
  AND m.valid_from < $5 AND (m.valid_to IS NULL OR m.valid_to >= $5)
  AND ($6::text[] IS NULL OR m."group" = ANY($6))
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
_LAST_ROW_SQL: Final = "SELECT coalesce(max(row), 0) AS last FROM feed_rows WHERE batch_id = $1"
_COUNT_SQL: Final = f"""
SELECT (SELECT count(*) FROM feed_rows WHERE batch_id = $1) AS rows,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND code IS NOT NULL) AS refused,
       (SELECT count(*) FROM feed_rows WHERE batch_id = $1 AND number_hash IS NULL) AS unidentified,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NOT NULL) AS changing,
       (SELECT count(*) FROM feed_lines WHERE batch_id = $1 AND outcome = 'PENDING' AND row IS NULL) AS ending,
       CASE WHEN $7 THEN (SELECT count(*) {_STANDING}) ELSE 0 END AS standing
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
            told["township"] = row.township if lies_in(row) else None
            told["number_hash"] = self._vault.hash_of(row.id_number.number)
            told["name_hash"] = self._vault.name_hash(row.name)
            told["phone_hash"] = None if row.phone is None else self._vault.hash_of(row.phone)
            told["address_hash"] = None if row.address is None else self._vault.hash_of(row.address)
        return tuple(told.get(column) for column in self.columns)

    async def clear_lines(self, batch_id: str) -> None:
        """Forget what an earlier reading left."""
        await self.clear(batch_id)
        await self._runtime.store.pool.execute("DELETE FROM feed_lines WHERE batch_id = $1", batch_id)
        await self._runtime.store.pool.execute("DELETE FROM feed_progress WHERE batch_id = $1", batch_id)

    async def twice(self, batch_id: str) -> frozenset[str]:
        """The hashes of numbers that several rows name."""
        return frozenset(row["number_hash"] for row in await self._runtime.store.pool.fetch(_TWICE_SQL, batch_id))

    async def groups(self, batch: Batch) -> tuple[Group, ...] | None:
        """The groups that a full list is about: its own, or those that all of its rows name. None is everybody."""
        if batch.group is not None:
            return (batch.group,)
        known = GROUPS.get(batch.category, frozenset()) if batch.category is not None else frozenset()
        if batch.kind is not BatchKind.FULL or not known:
            return None
        found = await self._runtime.store.pool.fetchrow(_GROUPS_SQL, batch.batch_id)
        if found is None or not found["all_named"] or known <= set(found["groups"]):
            return None
        return tuple(map(Group, found["groups"]))

    async def compare(self, batch: Batch, groups: tuple[Group, ...] | None) -> Counts:
        """Refuse doubles, find what changes and what ends, and write a line for each; unchanged rows have none.

        A batch that was interrupted here is read again from its start, and what an earlier reading left is forgotten.
        """
        batch_id, full = batch.batch_id, batch.kind is BatchKind.FULL
        scope = (
            batch.department,
            batch.category,
            f"{prefix_of_area(batch.area)}%",
            china_date(batch.as_of),
            None if groups is None else list(groups),
        )
        lists = self.comparing
        await lists.execute(_NAMES_DIFFER_SQL, batch_id)
        await lists.execute(_DOUBLES_SQL, batch_id, full)
        if full:
            await self._compare_names(batch_id, batch.department)
        rows = (await lists.counts(_LAST_ROW_SQL, batch_id))["last"]
        await lists.in_slices(_REFUSED_SQL, rows, batch_id)
        if full:
            await lists.in_slices(_CHANGING_SQL, rows, batch_id, batch.department, f"{prefix_of_area(batch.area)}%")
            await lists.execute(_ENDING_SQL, batch_id, *scope)
        else:
            await lists.in_slices(_ALL_CHANGE_SQL, rows, batch_id)
        counted = await lists.counts(_COUNT_SQL, batch_id, *scope, full)
        await lists.execute("DELETE FROM feed_rows WHERE batch_id = $1", batch_id)
        return Counts(unchanged=counted["rows"] - counted["refused"] - counted["changing"], **counted)

    async def _compare_names(self, batch_id: str, department: Department) -> None:
        """Refuse rows under the number of somebody whom the department registered under another name.

        Whom another office registered so gets a line, as the receipt warns of it; a death under a name that is not the
        person's is refused.
        """
        pool = self._runtime.store.pool
        while unhashed := await pool.fetch(_UNHASHED_SQL, batch_id):
            names = await self._vault.names_of([row["person_id"] for row in unhashed])
            assert names, "who has a key has a name"
            await self._vault.keep_name_hashes(names)
        await self.comparing.execute(_NAMES_OF_OTHERS_SQL, batch_id, department.value)
