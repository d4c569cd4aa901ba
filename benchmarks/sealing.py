"""What sealed messages cost: a relay's and an inbox's rate with the chain and its seals, and without."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.messaging.publisher_keys import NO_KEYS, PublisherKeys
from kernel.running.runtime import Runtime, Subscription
from kernel.security.signing_keys import SigningKey
from kernel.testing import tally
from kernel.writing.database import Connection, administering, open_pool
from kernel.writing.event_store import EventStore, Stream, StreamAppend
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database

EVENTS: Final = 20_000
_AT_ONCE: Final = 500
_RUNS: Final = 3
_WAIT_SECONDS: Final = 120.0
_HEARD_SQL: Final = "INSERT INTO heard SELECT unnest($1::text[]), unnest($2::text[])"
_SENT_SQL: Final = "SELECT sum(n.value::int) FROM relay, json_array_elements_text(pseqs) AS n(value)"
_READ_SQL: Final = "SELECT sum(last_pseq) FROM inbox_cursor"


class Rates(msgspec.Struct, frozen=True):
    """Messages a second."""

    relay: float
    inbox: float


async def sealing_rows(server: EmbeddedPostgres) -> list[tuple[str, str, str, str]]:
    """Medians of runs in turn."""
    key = SigningKey.generate("onestop/tally")
    sealed, plain = list[Rates](), list[Rates]()
    for _ in range(_RUNS):
        plain.append(await _rates(server, NO_KEYS))
        sealed.append(await _rates(server, PublisherKeys(key, {tally.CONTRACT.topic: [key.public]})))
    rows = []
    for name in ("relay", "inbox"):
        ours, other = (statistics.median(getattr(rates, name) for rates in found) for found in (sealed, plain))
        asked = f"without seals: {other:,.0f}/s; small messages that cost nothing else"
        rows.append((f"sealed messages, {name}, embedded", f"{ours:,.0f}/s", asked, f"{ours / other:.2f}"))
    return rows


async def _rates(server: EmbeddedPostgres, keys: PublisherKeys) -> Rates:
    await recreate_database(server.url("postgres"), "sealing")
    url = server.url("sealing")
    await tally.create_schema(url)
    async with administering(url) as admin:
        await admin.execute(BUS_SQL)
        await admin.execute("CREATE TABLE tally.heard (key text, body text)")
    async with await open_pool(url, schema="bus") as bus, await open_pool(url, schema="tally") as pool:
        await _append(EventStore(pool, tally.REGISTRY, tally.project))
        log = EmbeddedEventLog(bus)

        async def sent() -> bool:
            return bool(await pool.fetchval(_SENT_SQL) == EVENTS)

        async def read() -> bool:
            return bool(await pool.fetchval(_READ_SQL) == EVENTS)

        relay = await _timed(Runtime(tally.PARTS, url, log, keys=keys), sent)
        listens = msgspec.structs.replace(tally.PARTS, subscriptions=lambda _path: (_SUBSCRIPTION,))
        inbox = await _timed(Runtime(listens, url, log, keys=keys), read)
    return Rates(EVENTS / relay, EVENTS / inbox)


async def _append(store: EventStore) -> None:
    for first in range(0, EVENTS, _AT_ONCE):
        writes = [
            store.prepare(
                [StreamAppend(Stream(f"tally-{number}"), (tally.Counted(f"tally-{number}", 1, 1),))],
                command_id=tally.context(str(number)).command_id,
                occurred_at=tally.NOW,
                meta={},
            )
            for number in range(first, first + _AT_ONCE)
        ]
        async with store.pool.acquire() as connection, connection.transaction():
            await store.commit_in(connection, writes)


async def _heard(connection: Connection, messages: Sequence[Message]) -> None:
    await connection.execute(_HEARD_SQL, [m.key for m in messages], [m.body.decode() for m in messages])


_SUBSCRIPTION: Final = Subscription(consumer="bench", topic=tally.CONTRACT.topic, effects=_heard)


async def _timed(runtime: Runtime, done: Callable[[], Awaitable[bool]]) -> float:
    began = time.perf_counter()
    await runtime.start()
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            while not await done():
                await asyncio.sleep(0.005)
        return time.perf_counter() - began
    finally:
        await runtime.stop()
