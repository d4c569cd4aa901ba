"""What happened to settlements, in the order in which it was committed: nobody who follows it misses anything."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from kernel.http import SignedYuan, Wire
from kernel.writing.event_store.archived import ArchivedError, any_away_sql, at_hand_sql
from kernel.writing.reads import Reads

#: How many events of the log one question looks through at most, whoever's they are.
SCANNED_MAX: Final = 5_000
_KINDS: Final = ("SettlementConfirmed", "SettlementRevoked", "SettlementSupplemented")
# The log numbers events in commit order without a gap, so a number that was passed never fills up later. Who a change
# concerns is on the settlement's row, also for a revocation, which names neither county nor hospital's level.
_CHANGES_SQL: Final = f"""
WITH scanned AS MATERIALIZED (SELECT gseq, pos FROM event_log WHERE gseq > $1 ORDER BY gseq LIMIT $5)
SELECT (SELECT max(gseq) FROM scanned) AS last, {any_away_sql("scanned")} AS away, c.* FROM (SELECT 1) one LEFT JOIN (
  SELECT n.gseq, e.type AS kind, e.occurred_at AS changed_at, s.settlement_id, s.encounter_id, s.hospital_id,
         s.person_id, e.data->>'supplement_id' AS supplement_id, e.data->>'review_id' AS review_id,
         COALESCE((e.data->>'patient_fen')::bigint, (e.data->'adjudication'->>'patient_pays_fen')::bigint,
                  -(e.data->>'refund_to_patient_fen')::bigint) AS patient_change_fen
  FROM scanned n JOIN events e ON e.pos = n.pos JOIN settlements s ON s.settlement_id = e.data->>'settlement_id'
  WHERE e.type = ANY($2) AND ($3::text[] IS NULL OR s.hospital_id = ANY($3)) AND s.county LIKE ANY($4::text[])
  ORDER BY n.gseq LIMIT $6
) c ON true ORDER BY c.gseq
"""
_TOTALS_SQL: Final = f"""
SELECT s.discharged_on AS day, l.value->>'payer' AS payer,
       sum((l.value->>'amount_fen')::bigint)::bigint AS amount_fen, count(*) AS settlements
FROM settlements s
LEFT JOIN revocations r USING (settlement_id)
JOIN LATERAL (
  SELECT e.data->'adjudication'->'layers' AS layers FROM events e
  WHERE e.stream_id = 'encounter/' || s.encounter_id AND e.data->>'settlement_id' = s.settlement_id
    AND e.type IN ('SettlementConfirmed', 'SettlementSupplemented')
  ORDER BY e.version DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL json_array_elements(last.layers) l
WHERE r.settlement_id IS NULL AND s.discharged_on BETWEEN $1 AND $2 AND {at_hand_sql("'encounter/' || s.encounter_id")}
  AND ($3::text IS NULL OR s.hospital_id = $3) AND s.county LIKE ANY($4::text[])
GROUP BY 1, 2 ORDER BY 1, 2
"""


class Change(Wire, frozen=True, kw_only=True):
    """Something that happened to a settlement. ``patient_change`` is what the patient pays more, or less."""

    kind: str
    changed_at: datetime
    settlement_id: str
    encounter_id: str
    hospital_id: str
    person_id: str
    supplement_id: str | None
    review_id: str | None
    patient_change_fen: SignedYuan


class DayTotal(Wire, frozen=True, kw_only=True):
    """What one payer bears of the bills of one day of discharge, as they stand now."""

    day: date
    payer: str
    amount_fen: SignedYuan
    settlements: int


class Changes(NamedTuple):
    """Changes after a number of the log, and the number after which the next question goes on."""

    items: Sequence[Change]
    last: int


class Numbered(NamedTuple):
    """A change with its number in the log."""

    number: int
    change: Change


class NumberedChanges(NamedTuple):
    """Changes after a number of the log, and the number up to which all were found."""

    items: Sequence[Numbered]
    last: int


class ChangeQueries(Reads):
    """Questions of those who follow settlements."""

    async def changes(self, after: int, hospital_id: str | None, counties: list[str], limit: int) -> Changes:
        """At most ``limit`` changes after a number of the log, in its order.

        Raises ArchivedError where events that are looked through are not at hand: nothing is passed over in silence.
        """
        found = await self._found(after, None if hospital_id is None else [hospital_id], counties, limit)
        return Changes([item.change for item in found.items], found.last)

    async def of_hospitals(self, after: int, hospitals: list[str], limit: int) -> NumberedChanges:
        """At most ``limit`` changes of some hospitals after a number of the log; raises ArchivedError, too."""
        return await self._found(after, hospitals, ["%"], limit)

    async def _found(self, after: int, hospitals: list[str] | None, counties: list[str], limit: int) -> NumberedChanges:
        asked = (after, list(_KINDS), hospitals, counties, SCANNED_MAX, limit)
        rows = [dict(row) for row in await self.pool.fetch(_CHANGES_SQL, *asked)]
        away = [row.pop("away") for row in rows]
        if any(away):
            raise ArchivedError(f"some of what happened after number {after} lies in a detached archive")
        scanned = max([row.pop("last") or after for row in rows], default=after)
        items = [_numbered(row) for row in rows if row["kind"]]
        return NumberedChanges(items, items[-1].number if len(items) == limit else scanned)

    async def totals(self, first: date, last: date, hospital_id: str | None, counties: list[str]) -> list[DayTotal]:
        """What each payer bears, by day of discharge; settlements that were taken back are left out."""
        rows = await self.pool.fetch(_TOTALS_SQL, first, last, hospital_id, counties)
        return [DayTotal(**dict(row) | {"amount_fen": SignedYuan(row["amount_fen"])}) for row in rows]


def _numbered(row: dict[str, Any]) -> Numbered:
    number = row.pop("gseq")
    return Numbered(number, Change(**row | {"patient_change_fen": SignedYuan(row["patient_change_fen"])}))
