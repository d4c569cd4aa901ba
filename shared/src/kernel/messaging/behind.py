"""Whether all that was published by now is consumed, by whichever instance reads it: asked of the database."""

import asyncio
from collections.abc import Iterable
from typing import Final

from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.port import partitions_of
from kernel.writing.database import Pool

_STANDS_SQL: Final = "SELECT partition, next_offset FROM inbox_cursor WHERE consumer = $1 AND topic = $2"
_LOOK_AGAIN_SECONDS: Final = 0.05


async def unconsumed(
    pool: Pool, log: EventLog, consumers: Iterable[tuple[str, str]], patience_seconds: float
) -> dict[tuple[str, str], int]:
    """By consumer and topic how many of the messages that are published when this is asked stay unconsumed.

    What is under way is waited for with ``patience_seconds``. Where a message is missing the position stays before it,
    on whichever instance that was seen; so it does where a partition stopped, and where nobody reads. Raises
    TransportAwayError.
    """
    wanted = sorted(consumers)
    ends = {
        topic: await _ends(pool, log, consumer, topic) for topic, consumer in {of[1]: of[0] for of in wanted}.items()
    }
    deadline = asyncio.get_running_loop().time() + patience_seconds
    while True:
        left = {
            (consumer, topic): sum(
                max(0, end - stood.get(partition, 0)) for partition, end in sorted(ends[topic].items())
            )
            for consumer, topic in wanted
            for stood in [await _stands(pool, consumer, topic)]
        }
        left = {of: count for of, count in left.items() if count}
        if not left or asyncio.get_running_loop().time() >= deadline:
            return left
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _ends(pool: Pool, log: EventLog, consumer: str, topic: str) -> dict[int, int]:
    stood = await _stands(pool, consumer, topic)
    reader = await log.reader(topic, {at: stood.get(at, 0) for at in range(partitions_of(topic))})
    try:
        return await reader.end_offsets()
    finally:
        await reader.close()


async def _stands(pool: Pool, consumer: str, topic: str) -> dict[int, int]:
    rows = await pool.fetch(_STANDS_SQL, consumer, topic)
    return {row["partition"]: row["next_offset"] for row in rows}
