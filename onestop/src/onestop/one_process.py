"""Every service in one process until it is told to stop: for small places, and for tests that kill it."""

import asyncio
import signal
import sys
from pathlib import Path

from kernel.http import configure_logging
from kernel.http.serving import calm_collector
from onestop.platform import running_platform
from onestop.services import SERVICES


async def serve_all(
    admin_url: str, folder: Path, policies: Path, first_port: int, kafka_bootstrap: str | None, topic_prefix: str = ""
) -> None:
    """Serve on consecutive ports; says "ready" on standard output when all services answer."""
    configure_logging()
    ports = {name: first_port + i for i, name in enumerate(SERVICES)}
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with running_platform(
        admin_url, folder, policies, kafka_bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, ports=ports
    ):
        calm_collector()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stopped.wait()
