"""Comparing two lists as sets inside the database: one row a person, with what both lists say; strangers have no id."""

from typing import Final

# One row a person: $1 is what the codes of the compared area begin with, $2 the day, $3 the year of the insurance.
# A person whose township is not known stands under the county. Who died is exempt without anybody's saying so.
_FRAME: Final = """
WITH poor AS (
  SELECT m.person_id FROM memberships m
  WHERE m.category = 'REGISTERED_POOR' AND m.poverty_status IS DISTINCT FROM 'REMOVED'
  AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
  GROUP BY m.person_id
), {insured}, exempt AS (
  SELECT DISTINCT ON (1) COALESCE(a.merged_into, a.person_id) AS person_id, x.code
  FROM exemptions x JOIN persons a USING (person_id)
  WHERE x.approved_by <> '' AND x.since <= $2 AND (x.until IS NULL OR x.until >= $2)
  ORDER BY 1, x.since, x.exemption_id
), living AS (
  SELECT p.person_id, p.county, COALESCE(t.township, p.county) AS township, p.deceased_on <= $2 AS dead
  FROM persons p LEFT JOIN person_townships t USING (person_id)
  WHERE p.county LIKE $1 || '%' AND p.merged_into IS NULL AND NOT p.annulled
), compared AS (
  SELECT l.person_id, l.county, l.township,
         COALESCE(x.code, CASE WHEN l.dead THEN 'DECEASED' END) AS code,
         CASE WHEN x.code IS NOT NULL AND i.person_id IS NOT NULL THEN 'CONTRADICTED'
              WHEN x.code IS NOT NULL OR l.dead THEN 'EXEMPT'
              WHEN i.name = 'DIFFERENT' THEN 'NAME_MISMATCH'
              WHEN left(l.county, 4) || '00' = ANY(i.areas) THEN 'MATCHED'
              WHEN i.person_id IS NOT NULL THEN 'ELSEWHERE'
              ELSE 'NOT_ENROLLED' END AS finding,
         i.name, {row} AS row, {difference} AS difference
  FROM living l JOIN poor USING (person_id)
  LEFT JOIN insured i USING (person_id) LEFT JOIN exempt x USING (person_id){beside}
  UNION ALL
  SELECT l.person_id, l.county, l.township, NULL, 'NOT_REGISTERED', i.name, i.row, NULL
  FROM living l JOIN insured i USING (person_id)
  WHERE i.marked AND l.dead IS NOT TRUE AND NOT EXISTS (
    SELECT FROM memberships m WHERE m.person_id = l.person_id AND m.valid_from <= $2
    AND (m.valid_to IS NULL OR m.valid_to >= $2)){strangers}
)
"""
_ENROLLED: Final = """
  SELECT e.person_id, array_agg({area}) AS areas, bool_or(e.marked_on <= $2) AS marked,
         NULL::text AS name, NULL::int AS row
  FROM enrolments e WHERE e.year = $3 AND e.registered_on <= $2
  GROUP BY e.person_id
"""
# Of several rows of one person the worst name counts: one of them may be another's under a wrong number.
_PAID: Final = """
  SELECT COALESCE(a.merged_into, a.person_id) AS person_id, array_agg(r.area) AS areas, bool_or(r.marked) AS marked,
         CASE WHEN bool_or(r.name = 'DIFFERENT') THEN 'DIFFERENT'
              WHEN bool_or(r.name = 'VARIANT') THEN 'VARIANT' ELSE 'SAME' END AS name, min(r.row) AS row
  FROM payments r JOIN persons a USING (person_id) WHERE r.list_id = {list} AND r.outcome = 'COUNTED'
  GROUP BY 1
"""
# Who stands on the list in a row that cannot be read is not insured by it, and found at that row.
_UNREAD: Final = """
  SELECT COALESCE(a.merged_into, a.person_id) AS person_id, min(r.row) AS row
  FROM payments r JOIN persons a USING (person_id) WHERE r.list_id = {list} AND r.outcome = 'REFUSED'
  GROUP BY 1
"""
# Whose name differs may not have paid at all: that is cleared first. Who died owes nothing.
_DIFFERENCE: Final = """CASE
              WHEN l.dead OR i.name = 'DIFFERENT' THEN NULL
              WHEN i.person_id IS NOT NULL AND o.person_id IS NULL THEN 'PAID_NOT_ENROLLED'
              WHEN i.person_id IS NULL AND o.person_id IS NOT NULL THEN 'ENROLLED_NOT_PAID'
              WHEN NOT i.areas && o.areas THEN 'AREAS_DIFFER' END"""
# Whom nobody here knows has no county: the pooling area paid in is as near as the list says.
_STRANGERS: Final = """
  UNION ALL
  SELECT NULL, r.place, r.place, NULL, 'NOT_REGISTERED', NULL, r.row, NULL
  FROM payments r WHERE r.list_id = {list} AND r.outcome = 'UNKNOWN' AND r.place LIKE $1 || '%'"""


def compared_with_enrolments() -> str:
    """``compared`` as a WITH clause: the registered poor against the enrolments here."""
    enrolled = _ENROLLED.format(area="e.area")
    return _FRAME.format(
        insured=f"insured AS ({enrolled})", row="i.row", difference="NULL::text", beside="", strangers=""
    )


def compared_with_payments(list_id: str) -> str:
    """``compared`` as a WITH clause: the registered poor against a payment list; ``list_id`` is its parameter."""
    # A payment's area is always a pooling area; what is enrolled may name the county in it.
    enrolled = _ENROLLED.format(area="left(e.area, 4) || '00'")
    return _FRAME.format(
        insured=f"insured AS ({_PAID.format(list=list_id)}), unread AS ({_UNREAD.format(list=list_id)}), "
        f"enrolled AS ({enrolled})",
        row="COALESCE(i.row, u.row)",
        difference=_DIFFERENCE,
        beside=" LEFT JOIN enrolled o USING (person_id) LEFT JOIN unread u USING (person_id)",
        strangers=_STRANGERS.format(list=list_id),
    )
