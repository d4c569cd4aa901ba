"""How far each webhook is: read by the job that delivers and by whoever asks, written by the job alone."""

from datetime import datetime
from typing import Final

import msgspec

from kernel.writing.reads import Reads

# Where the webhook began anew since, the old position counts for nothing.
_STANDING: Final = """
SELECT w.hospital_id, w.url, w.revision, w.paused, w.removed, w.set_by, w.set_at, w.begun_at_revision,
       COALESCE(p.reached, w.begins_after) AS reached, COALESCE(p.failures, 0) AS failures,
       p.delivered_at, p.failed_since, p.last_failure, p.next_try_at
FROM webhooks w LEFT JOIN webhook_positions p USING (hospital_id, begun_at_revision)
"""
_ONE_SQL: Final = f"{_STANDING} WHERE w.hospital_id = $1 AND NOT w.removed"
_PAGE_SQL: Final = f"""
{_STANDING} JOIN institutions i USING (hospital_id)
WHERE i.division LIKE ANY($1::text[]) AND w.hospital_id > $2 AND NOT w.removed ORDER BY w.hospital_id LIMIT $3
"""
_DIVISION_SQL: Final = "SELECT division FROM institutions WHERE hospital_id = $1"
_DUE_SQL: Final = f"""
{_STANDING} WHERE NOT w.removed AND NOT w.paused AND (p.next_try_at IS NULL OR p.next_try_at <= $1)
ORDER BY w.hospital_id
"""
_FAILING_SQL: Final = """
SELECT w.hospital_id, p.failed_since FROM webhooks w JOIN webhook_positions p USING (hospital_id, begun_at_revision)
WHERE p.failed_since IS NOT NULL AND NOT w.removed AND NOT w.paused
"""
_HEAD_SQL: Final = "SELECT COALESCE(max(gseq), 0) FROM event_log"
_PUT: Final = """
INSERT INTO webhook_positions AS p
       (hospital_id, begun_at_revision, reached, delivered_at, failures, failed_since, last_failure, next_try_at)
"""
_KEPT: Final = """
ON CONFLICT (hospital_id) DO UPDATE SET begun_at_revision = EXCLUDED.begun_at_revision, reached = EXCLUDED.reached,
"""
#: Nothing of theirs happened: only how far they were looked through moves.
_PASSED_SQL: Final = f"""
{_PUT} SELECT h, b, $3, NULL, 0, NULL, NULL, $4 FROM unnest($1::text[], $2::int[]) AS u(h, b)
{_KEPT} next_try_at = EXCLUDED.next_try_at
"""
_DELIVERED_SQL: Final = f"""
{_PUT} VALUES ($1, $2, $3, $4, 0, NULL, NULL, $4)
{_KEPT} delivered_at = $4, failures = 0, failed_since = NULL, last_failure = NULL, next_try_at = $4
"""
#: Where the webhook was set or resumed while this was under way, the pause is not for what it is now.
_FAILED_SQL: Final = f"""
{_PUT} VALUES ($1, $2, $3, NULL, 1, $4, $5, CASE
    WHEN (SELECT w.revision FROM webhooks w WHERE w.hospital_id = $1) = $8 THEN $6::timestamptz
    ELSE $4::timestamptz END)
{_KEPT} failures = $7, failed_since = COALESCE(p.failed_since, $4), last_failure = $5,
        next_try_at = EXCLUDED.next_try_at
"""
_AT_ONCE_SQL: Final = "UPDATE webhook_positions SET next_try_at = $2 WHERE hospital_id = $1"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook and how far it is; ``reached`` is a number of the event log."""

    hospital_id: str
    url: str
    revision: int
    paused: bool
    removed: bool
    set_by: str
    set_at: datetime
    begun_at_revision: int
    reached: int
    failures: int
    delivered_at: datetime | None
    failed_since: datetime | None
    last_failure: str | None
    next_try_at: datetime | None


class PositionQueries(Reads):
    """Questions about webhooks, and the notes of who delivers."""

    async def of_hospital(self, hospital_id: str) -> Standing | None:
        """A hospital's webhook; None where it has none."""
        return await self.one(Standing, _ONE_SQL, hospital_id)

    async def page(self, divisions: list[str], after: str, limit: int) -> list[Standing]:
        """The webhooks of hospitals in some divisions after one, by hospital."""
        return await self.many(Standing, _PAGE_SQL, divisions, after, limit)

    async def division_of(self, hospital_id: str) -> str | None:
        """Where a hospital lies; None where the registry has none."""
        return await self.text(_DIVISION_SQL, hospital_id)

    async def due(self, now: datetime) -> list[Standing]:
        """What may be sent to now: a hospital has one webhook, so there are as many as hospitals at most."""
        return await self.many(Standing, _DUE_SQL, now)

    async def failing(self) -> dict[str, datetime]:
        """Since when the webhooks fail that fail, by hospital; what is paused or removed is not tried."""
        return {row["hospital_id"]: row["failed_since"] for row in await self.pool.fetch(_FAILING_SQL)}

    async def head(self) -> int:
        """The newest number of the event log."""
        return int(await self.pool.fetchval(_HEAD_SQL))

    async def passed(self, standings: list[Standing], reached: int, now: datetime) -> None:
        """Nothing of theirs happened up to a number."""
        hospitals = [standing.hospital_id for standing in standings]
        begun = [standing.begun_at_revision for standing in standings]
        await self.pool.execute(_PASSED_SQL, hospitals, begun, reached, now)

    async def delivered(self, standing: Standing, reached: int, now: datetime) -> None:
        """Everything up to a number was taken."""
        await self.pool.execute(_DELIVERED_SQL, standing.hospital_id, standing.begun_at_revision, reached, now)

    async def failed(self, standing: Standing, why: str, now: datetime, next_try_at: datetime) -> None:
        """It was not taken; it is tried again later."""
        failures = standing.failures + 1
        said = (standing.hospital_id, standing.begun_at_revision, standing.reached, now, why, next_try_at, failures)
        await self.pool.execute(_FAILED_SQL, *said, standing.revision)

    async def try_at_once(self, hospital_id: str, now: datetime) -> None:
        """Do not wait for the pause after a failure to end."""
        await self.pool.execute(_AT_ONCE_SQL, hospital_id, now)
