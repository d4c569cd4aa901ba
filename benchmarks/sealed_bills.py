"""What seals cost where it matters: the ledger books every settlement of a town, with the chain checked and without."""

import asyncio
import statistics
import time
from pathlib import Path
from typing import Final

from benchmarks.platform_process import POLICIES
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.publisher_keys import NO_KEYS, PublisherKeys, keys_in_folder
from kernel.running.hosting import Host
from kernel.security import Issuer
from kernel.writing.database import Database, administering, open_pool
from onestop.migrating import migrate
from onestop.platform import embedded_settings
from onestop.services import SERVICES, TOPICS

_RUNS: Final = 3
_WAIT_SECONDS: Final = 300.0
_EMPTIED_SQL: Final = "DROP SCHEMA fund_ledger CASCADE; DELETE FROM bus.messages WHERE topic = 'fund-ledger'"
_DONE_SQL: Final = """
SELECT COALESCE((SELECT sum(last_pseq) FROM fund_ledger.inbox_cursor WHERE topic = 'settlement'), 0)
       = (SELECT sum(n.value::int) FROM settlement.relay, json_array_elements_text(pseqs) AS n(value))
"""
_BOOKED_SQL: Final = "SELECT count(*) FROM fund_ledger.journals"


async def sealed_bills_row(database: str, folder: Path) -> tuple[str, str, str, str]:
    """Medians of runs in turn; the ledger's own data are thrown away for it."""
    keys = keys_in_folder(folder / "keys", TOPICS)["fund-ledger"]
    plain, sealed = list[float](), list[float]()
    for _ in range(_RUNS):
        plain.append(await _rate(database, folder, NO_KEYS))
        sealed.append(await _rate(database, folder, keys))
    ours, other = statistics.median(sealed), statistics.median(plain)
    against = f"without seals: {other:,.0f}/s"
    return "settlements into the books, sealed messages, embedded", f"{ours:,.0f}/s", against, f"{ours / other:.2f}"


async def _rate(database: str, folder: Path, keys: PublisherKeys) -> float:
    async with administering(database) as admin:
        await admin.execute(_EMPTIED_SQL)
        await migrate(database)
        ledger = SERVICES["fund-ledger"]
        async with await open_pool(database, schema="bus", user=ledger.schema) as bus:
            issuer = Issuer.in_folder(folder / "keys")
            host = Host(
                database=Database(url=database, user=ledger.schema),
                log=EmbeddedEventLog(bus),
                authenticator=issuer.authenticator(),
                keys=keys,
            )
            app = ledger.build(host, embedded_settings(folder, POLICIES))
            began = time.perf_counter()
            async with app.router.lifespan_context(app), asyncio.timeout(_WAIT_SECONDS):
                while not await admin.fetchval(_DONE_SQL):
                    await asyncio.sleep(0.005)
                seconds = time.perf_counter() - began
        booked: int = await admin.fetchval(_BOOKED_SQL)
        return booked / seconds
