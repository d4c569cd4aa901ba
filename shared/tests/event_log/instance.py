"""One more instance of the contract's world, in a process of its own: ``DATABASE_URL BOOTSTRAP TOPIC``."""

import asyncio
import sys

import uvloop
from shared.tests.event_log.world import World

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.writing.database import open_pool


async def main(database: str, bootstrap: str, topic: str) -> None:
    """Run until killed."""
    pool = await open_pool(database, schema="tally", size=1)
    world = World(database, pool, KafkaEventLog(bootstrap), topic)
    await world.runtime.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
