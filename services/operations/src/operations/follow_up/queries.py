"""Questions about files of illnesses, and about who is responsible for whom."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from kernel.values.china_time import china_date
from kernel.writing.database import Connection
from kernel.writing.reads import Reads
from operations.follow_up.domain.file import IllnessFile
from operations.follow_up.domain.responsible import Responsible

# A file is where its person is: the county is that of the day it was opened only for whom identity never told of.
_COLUMNS: Final = (
    "f.person_id, f.illness, COALESCE(p.county, f.county) AS county, f.opened_on, f.doctor, f.hospital_id, f.plan,"
    " f.contracted_on, f.visits, f.last_visit_on, f.closed_on"
)
# Who has died drops off the lists, as does who was merged into another person, or never was.
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM people p JOIN illness_files f ON f.person_id = p.person_id
WHERE p.county = $1 AND p.person_id >= $2 AND (p.person_id, f.illness) > ($2, $3) AND f.closed_on IS NULL
  AND p.deceased_on IS NULL AND p.merged_into IS NULL AND NOT p.annulled
  AND ($4 = '' OR ($4 = 'GREEN')
       = COALESCE(f.doctor IS NOT NULL AND GREATEST(f.last_visit_on, f.contracted_on) >= $5, false))
ORDER BY p.person_id, f.illness LIMIT $6
"""
_ONE_SQL: Final = f"""
SELECT {_COLUMNS} FROM illness_files f LEFT JOIN people p ON p.person_id = f.person_id
WHERE f.person_id = $1 AND f.illness = $2
"""
#: A person's own record, and those that were merged into it, or into one that was.
_OF_PERSON: Final = (
    "ANY (ARRAY(WITH RECURSIVE own AS (SELECT $1::text AS person_id UNION"
    " SELECT m.person_id FROM own o JOIN people m ON m.merged_into = o.person_id) SELECT person_id FROM own))"
)
_VISITS_SQL: Final = f"""
SELECT visited_on, visited_by, found FROM visits WHERE person_id = {_OF_PERSON} AND illness = $2
ORDER BY visited_on DESC, visit_id LIMIT 200
"""
_STAYS_SQL: Final = f"""
SELECT b.settlement_id, b.hospital_id, b.encounter_kind, b.admitted_on, b.discharged_on, b.total_fen,
       b.patient_pays_fen, r.settlement_id IS NOT NULL AS revoked
FROM bills b LEFT JOIN bill_revocations r USING (settlement_id)
WHERE b.person_id = {_OF_PERSON} AND $2 IN (b.disease, b.diagnosis)
ORDER BY b.discharged_on DESC, b.settlement_id LIMIT 200
"""
#: So many records of one person in a row are no person.
_MERGERS_MAX: Final = 20
_STANDING_SQL: Final = f"""
WITH RECURSIVE chain AS (
  SELECT $1::text AS person_id, 0 AS step
  UNION ALL
  SELECT p.merged_into, c.step + 1 FROM chain c JOIN people p ON p.person_id = c.person_id
  WHERE p.merged_into IS NOT NULL AND c.step < {_MERGERS_MAX}
)
SELECT c.person_id, p.county FROM chain c LEFT JOIN people p ON p.person_id = c.person_id ORDER BY c.step DESC LIMIT 1
"""
_OPEN_SQL: Final = "SELECT illness FROM illness_files WHERE person_id = $1 AND closed_on IS NULL ORDER BY illness"
_COUNTY_SQL: Final = "SELECT county FROM people WHERE person_id = $1 AND merged_into IS NULL AND NOT annulled"
_RESPONSIBLE_SQL: Final = (
    "SELECT person_id, county, township, holders::text AS holders, changed_on FROM responsible WHERE person_id = $1"
)
# The registered poor of a county, each with the duties that somebody holds for the person.
_POOR_SQL: Final = """
SELECT p.person_id, r.township, COALESCE(r.holders, '{}')::text AS holders
FROM people p LEFT JOIN responsible r ON r.person_id = p.person_id
WHERE p.county = $1 AND p.person_id > $2 AND p.deceased_on IS NULL AND p.merged_into IS NULL AND NOT p.annulled
  AND EXISTS (
    SELECT FROM jsonb_to_recordset(p.memberships) AS m(category text, valid_from date, valid_to date)
    WHERE m.category = 'REGISTERED_POOR' AND m.valid_from <= $3 AND COALESCE(m.valid_to, 'infinity') >= $3)
  AND NOT (COALESCE(r.holders, '{}') ?& $4::text[])
ORDER BY p.person_id LIMIT $5
"""
# Who has a file of an illness, and of these who had a bill that stands, or a visit, by a day, as known before a moment.
# A file and a visit count from their day. What was told of the person, such as a death, counts as of now: of people the
# newest message is all there is.
_TREATED_SQL: Final = """
WITH RECURSIVE merged AS (
  SELECT person_id AS record, merged_into AS stands FROM people WHERE merged_into IS NOT NULL
  UNION
  SELECT m.record, p.merged_into FROM merged m JOIN people p ON p.person_id = m.stands WHERE p.merged_into IS NOT NULL
)
SELECT count(DISTINCT f.person_id) AS patients, count(DISTINCT f.person_id) FILTER (WHERE EXISTS (
         SELECT FROM visits v WHERE v.person_id = f.person_id AND v.illness = f.illness AND v.visited_on <= $5
       ) OR EXISTS (
         SELECT FROM bills b WHERE b.person_id = f.person_id AND b.discharged_on <= $3 AND b.settled_at < $4
           AND NOT EXISTS (
             SELECT FROM bill_revocations r WHERE r.settlement_id = b.settlement_id AND r.revoked_at < $4)
       ) OR (f.person_id, f.illness) IN (
         SELECT m.stands, v.illness FROM merged m JOIN visits v ON v.person_id = m.record WHERE v.visited_on <= $5
       ) OR f.person_id IN (
         SELECT m.stands FROM merged m JOIN bills b ON b.person_id = m.record
         WHERE b.discharged_on <= $3 AND b.settled_at < $4 AND NOT EXISTS (
           SELECT FROM bill_revocations r WHERE r.settlement_id = b.settlement_id AND r.revoked_at < $4)
       )) AS treated
FROM people p JOIN illness_files f ON f.person_id = p.person_id
WHERE p.county >= $1 AND p.county < $2 AND f.opened_on <= $5 AND p.merged_into IS NULL AND NOT p.annulled
  AND (p.deceased_on IS NULL OR p.deceased_on > $3)
"""


class _Treated(msgspec.Struct, frozen=True):
    patients: int
    treated: int


class Visit(msgspec.Struct, frozen=True):
    """A follow-up visit."""

    visited_on: date
    visited_by: str
    found: str


class StayOfFile(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of the illness."""

    settlement_id: str
    hospital_id: str
    encounter_kind: str
    admitted_on: date | None
    discharged_on: date
    total_fen: int
    patient_pays_fen: int
    revoked: bool


class Unassigned(msgspec.Struct, frozen=True):
    """One of the poor for whom somebody is missing, with who is there."""

    person_id: str
    township: str | None
    holders: dict[str, str]


async def open_illnesses(connection: Connection, person_id: str) -> list[str]:
    """The illnesses of which a person's record has an open file."""
    return [row["illness"] for row in await connection.fetch(_OPEN_SQL, person_id)]


async def standing_record(connection: Connection, person_id: str) -> tuple[str, str | None]:
    """The record that stands for a record's person, which may have been merged on, and its county if it was told."""
    row = await connection.fetchrow(_STANDING_SQL, person_id)
    assert row is not None, "a chain has its beginning"
    return row["person_id"], row["county"]


class FollowUpQueries(Reads):
    """Read-only questions, each bounded."""

    async def files(
        self, county: str, after: tuple[str, str], zone: str, today: date, interval_days: int, limit: int
    ) -> list[IllnessFile]:
        """A county's open files of the living, of one zone or of both."""
        since = today - timedelta(days=interval_days)
        return await self.many(IllnessFile, _LIST_SQL, county, *after, zone, since, limit)

    async def one_file(self, person_id: str, illness: str) -> IllnessFile | None:
        """A file as it stands."""
        return await self.one(IllnessFile, _ONE_SQL, person_id, illness)

    async def visits(self, person_id: str, illness: str) -> list[Visit]:
        """The visits of a file, the newest first."""
        return await self.many(Visit, _VISITS_SQL, person_id, illness)

    async def stays(self, person_id: str, illness: str) -> list[StayOfFile]:
        """The bills of a file's illness, the newest first."""
        return await self.many(StayOfFile, _STAYS_SQL, person_id, illness)

    async def county_of(self, person_id: str) -> str | None:
        """A person's county, as identity told it."""
        return await self.text(_COUNTY_SQL, person_id)

    async def responsible(self, person_id: str) -> Responsible | None:
        """Who is responsible for a person."""

        def known(holders: str, **columns: Any) -> Responsible:
            return Responsible(holders=msgspec.json.decode(holders), **columns)

        return await self.one(known, _RESPONSIBLE_SQL, person_id)

    async def unassigned(self, county: str, after: str, today: date, asked: list[str], limit: int) -> list[Unassigned]:
        """The registered poor of a county for whom some duty is held by nobody."""

        def known(holders: str, **columns: Any) -> Unassigned:
            return Unassigned(holders=msgspec.json.decode(holders), **columns)

        return await self.many(known, _POOR_SQL, county, after, today, asked, limit)

    async def treated(self, low: str, high: str, until: date, known_before: datetime) -> tuple[int, int]:
        """How many patients have a file in the counties between two codes, and how many of them were treated.

        Bills and what took them back as known before a moment; files and visits of days before it.
        """
        known_on = china_date(known_before - timedelta(microseconds=1))
        (found,) = await self.over_lists(_Treated, _TREATED_SQL, low, high, until, known_before, min(until, known_on))
        return found.patients, found.treated
