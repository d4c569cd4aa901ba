"""An instance of the sample service in a process of its own, which tests freeze: ``instance.py DATABASE_URL``."""

import asyncio
import sys

import uvloop

from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.writing.database import open_pool


async def main(url: str) -> None:
    """Lead, if nobody else does, until killed; says when it leads and when no longer."""
    bus = await open_pool(url, schema="bus")
    runtime = Runtime(tally.PARTS, url, EmbeddedEventLog(bus))
    await runtime.start()
    leads = False
    while True:
        if runtime.leadership.leads is not leads:
            leads = runtime.leadership.leads
            print("leads" if leads else "follows", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
