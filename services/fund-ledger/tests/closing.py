"""Closes a period in a process of its own, which tests kill: ``closing.py DATABASE_URL month|year|clearing``."""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from fund_ledger.config import Config
from fund_ledger.main import PARTS, charts_of
from fund_ledger.periods.commands import PeriodCommands
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Database, open_pool
from law.packs import load_library


async def main(url: str, what: str) -> None:
    """Close what is asked for, as an instance does that serves requests and leads nothing."""
    bus = await open_pool(url, schema="bus", size=1)
    config = Config(library=load_library(Path(__file__).parents[3] / "policies"))
    runtime = Runtime(PARTS, Database(url=url, user="fund_ledger"), EmbeddedEventLog(bus))
    await runtime.start(background=False)
    commands = PeriodCommands(runtime, config, charts_of(config))
    context = CommandContext(
        scope="finance", key="killed", request_hash=b"", actor="finance-1", now=datetime(2020, 1, 4, 1, 0, tzinfo=UTC)
    )
    match what:
        case "month":
            await commands.close_month(context, "445202", date(2019, 12, 1))
        case "year":
            await commands.close_year(context, "445202", 2019)
        case _:
            await commands.settle_clearing(context, "445202", 2019, "MA/PLAN", date(2020, 1, 4))
    await runtime.stop()
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
