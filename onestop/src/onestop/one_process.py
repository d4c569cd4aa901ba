"""Every service in one process until it is told to stop: for small places, and for tests that kill it."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Final

import structlog

from kernel.http import configure_logging
from kernel.http.serving import calm_collector
from kernel.running.clock import system_clock
from kernel.writing.signals import asked_to_end
from onestop.desk.desk import NAME as DESK
from onestop.platform import running_platform
from onestop.services import SERVICES
from onestop.tidying.tidy import tidy

#: What listens, in the order of the ports.
DOORS: Final = (*SERVICES, DESK)
_DAY_SECONDS: Final = 86_400
_log: Final = structlog.get_logger(__name__)


async def serve_all(
    admin_url: str,
    folder: Path,
    policies: Path,
    first_port: int,
    kafka_bootstrap: str | None,
    topic_prefix: str = "",
    *,
    keeps_logs: bool = False,
) -> None:
    """Serve on consecutive ports, the desk on the last; says "ready" on standard output when all answer."""
    configure_logging()
    ports = {name: first_port + i for i, name in enumerate(DOORS)}
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with running_platform(
        admin_url,
        folder,
        policies,
        kafka_bootstrap=kafka_bootstrap,
        topic_prefix=topic_prefix,
        instance=f"port-{first_port}",
        ports=ports,
        keeps_logs=keeps_logs,
    ):
        tidying = asyncio.create_task(_tidy_daily(admin_url))
        calm_collector()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stopped.wait()
        tidying.cancel()


async def _tidy_daily(admin_url: str) -> None:
    """A small place has nobody who runs ``onestop tidy`` every day."""
    while not asked_to_end():
        try:
            await tidy(admin_url, system_clock().date())
        except Exception:  # the database may be away; the next day will do
            _log.warning("not tidied", exc_info=True)
        await asyncio.sleep(_DAY_SECONDS)
