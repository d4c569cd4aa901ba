"""Questions about a service's parked messages."""

from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.messaging.parked import WAITING, ParkedMessage
from kernel.writing.reads import Reads

_LIST_SQL: Final = """
SELECT p.consumer, p.topic, p.partition, p.pseq, p.key, p.message, p.error_code, p.error, p.parked_at,
       CASE WHEN p.error_code = ANY($4::text[]) THEN 0 ELSE
         (SELECT count(*) FROM inbox_parked b WHERE b.consumer = p.consumer AND b.topic = p.topic AND b.key = p.key
            AND b.pseq > p.pseq) END AS behind
FROM inbox_parked p
WHERE ($1::text IS NULL OR p.consumer = $1) AND ($2::text IS NULL OR p.topic = $2) AND ($3::text IS NULL OR p.key = $3)
  AND (NOT $5 OR p.error_code <> ALL($4::text[]))
  AND ($6::text IS NULL OR (p.consumer, p.topic, p.partition, p.pseq) > ($6, $7, $8::int, $9::bigint))
ORDER BY p.consumer, p.topic, p.partition, p.pseq LIMIT $10
"""
_ONE_SQL: Final = """
SELECT consumer, topic, partition, pseq, key, message, error_code, error, parked_at,
       (SELECT count(*) FROM inbox_parked b WHERE b.consumer = p.consumer AND b.topic = p.topic AND b.key = p.key
          AND b.pseq > p.pseq) AS behind
FROM inbox_parked p WHERE consumer = $1 AND topic = $2 AND partition = $3 AND pseq = $4
"""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which parked messages somebody wants to see; ``causes`` leaves out those that only wait behind another."""

    consumer: str | None = None
    topic: str | None = None
    key: str | None = None
    causes: bool = False


class OnList(msgspec.Struct, frozen=True, kw_only=True):
    """A parked message as a list shows it; ``behind`` counts the later ones of its key that are parked, too."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    key: str
    parked: ParkedMessage
    parked_at: datetime
    behind: int


class ParkedQueries(Reads):
    """Answers from the inbox's own table."""

    async def listed(self, asked: Asked, after: tuple[Any, ...] | None, limit: int) -> list[OnList]:
        """Parked messages in the order of consumer, topic, partition and number."""
        place = (None,) * 4 if after is None else after
        which = asked.consumer, asked.topic, asked.key, list(WAITING), asked.causes
        return [_on_list(row) for row in await self.pool.fetch(_LIST_SQL, *which, *place, limit)]

    async def shown(self, consumer: str, topic: str, partition: int, pseq: int) -> OnList | None:
        """One of them; None where it is not parked, or not any more."""
        row = await self.pool.fetchrow(_ONE_SQL, consumer, topic, partition, pseq)
        return None if row is None else _on_list(row)


def _on_list(row: Any) -> OnList:
    known = {name: row[name] for name in ("consumer", "topic", "partition", "pseq", "key", "parked_at", "behind")}
    return OnList(**known, parked=ParkedMessage.of_row(row))
