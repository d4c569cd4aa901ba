"""Whom something that was told concerns: of most persons nothing is settled, or nothing rests on it."""

from collections.abc import Iterable
from typing import Final

from kernel.writing.database import Connection

#: Persons of whom something is settled on other revisions than is known now; most persons of a feed have nothing.
_OTHERWISE_SQL: Final = """
WITH RECURSIVE records AS (
  SELECT person_id, person_id AS record FROM unnest($1::text[]) AS person_id
  UNION SELECT r.person_id, j.other_id FROM records r JOIN benefit_year_joins j ON j.person_id = r.record
)
SELECT DISTINCT r.person_id FROM records r JOIN people p USING (person_id)
WHERE EXISTS (SELECT FROM settlements s WHERE s.counted_for = r.record
              AND s.identity_revision IS DISTINCT FROM p.revision)
"""
#: Persons whose new settlements rest on another revision of what identity or referral told, or with an open item.
_MEANWHILE_SQL: Final = """
SELECT s.person_id FROM settlements s JOIN people p ON p.person_id = s.counted_for
JOIN encounters e USING (encounter_id) LEFT JOIN referrals r ON r.referral_id = e.referral_id
LEFT JOIN looked_at l ON l.person_id = s.counted_for
WHERE s.settlement_id = ANY($1::text[]) AND (s.identity_revision IS DISTINCT FROM p.revision
                                             OR l.revision <> s.identity_revision
                                             OR s.referral_revision IS DISTINCT FROM r.revision
                                             OR s.counted_for <> s.person_id)
UNION
SELECT v.person_id FROM review_states t JOIN reviews v USING (review_id)
WHERE t.state IN ('OPEN', 'PROPOSED') AND v.person_id = ANY($2::text[])
UNION
SELECT person_id FROM people WHERE person_id = ANY($2::text[]) AND merged_into IS NOT NULL
"""
#: Who is settled with a stay that names one of these referrals.
_RESTING_SQL: Final = """
SELECT e.referral_id, s.counted_for FROM encounters e JOIN settlements s USING (encounter_id)
LEFT JOIN revocations r USING (settlement_id) WHERE e.referral_id = ANY($1::text[]) AND r.settlement_id IS NULL
"""


async def settled_otherwise(connection: Connection, persons: Iterable[str]) -> set[str]:
    """Those of whom identity has told something else than their settlements rest on."""
    return {row[0] for row in await connection.fetch(_OTHERWISE_SQL, list(persons))}


async def settled_meanwhile(connection: Connection, persons: Iterable[str], settlement_ids: Iterable[str]) -> set[str]:
    """Those whose new settlements missed what identity or referral told, or change what an open item says."""
    return {row[0] for row in await connection.fetch(_MEANWHILE_SQL, list(settlement_ids), list(persons))}


async def resting_on(connection: Connection, referrals: Iterable[str]) -> list[tuple[str, str]]:
    """Referrals on which something settled rests, each with the person."""
    return [(row[0], row[1]) for row in await connection.fetch(_RESTING_SQL, list(referrals))]
