"""The embedded transport's messages: what every consumer has worked off goes, but for the newest of each partition."""

from typing import Final

from kernel.writing.database import SingleConnection
from onestop.services import SCHEMAS, TOPICS

#: What stays behind every consumer, for a look at what was said last; at least one message must stay.
KEPT: Final = 1000
#: Messages removed in one statement, so that none takes long.
_SLICE: Final = 10_000

_POSITIONS_SQL: Final = " UNION ALL ".join(
    f'SELECT topic, partition, next_offset FROM "{schema}".inbox_cursor' for schema in SCHEMAS
)
_DONE_SQL: Final = f"""
SELECT p.partition, LEAST(min(p.next_offset), (SELECT max("offset") FROM bus.messages m
                                                WHERE m.topic = $1 AND m.partition = p.partition) + 1 - $2) AS upto
FROM ({_POSITIONS_SQL}) p WHERE p.topic = $1 GROUP BY p.partition ORDER BY p.partition
"""
_FIRST_SQL: Final = 'SELECT min("offset") FROM bus.messages WHERE topic = $1 AND partition = $2'
_TRIM_SQL: Final = 'DELETE FROM bus.messages WHERE topic = $1 AND partition = $2 AND "offset" < $3'


async def trim_bus(connection: SingleConnection, kept: int = KEPT) -> int:
    """Remove what every consumer of a topic has, in small steps; returns how many messages went.

    A topic that nobody has begun to read stays whole. A consumer that is new later finds the beginning gone and gets it
    from the publisher's store (``onestop republish``).
    """
    removed = 0
    for topic in TOPICS:
        for partition, upto in await connection.fetch(_DONE_SQL, topic, max(kept, 1)):
            first = await connection.fetchval(_FIRST_SQL, topic, partition)
            while first is not None and upto is not None and first < upto:
                first = min(first + _SLICE, upto)
                removed += int((await connection.execute(_TRIM_SQL, topic, partition, first)).split()[-1])
    return removed
