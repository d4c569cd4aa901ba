"""The verification: every projection of every service rebuilt beside the live one, every settlement decided again."""

import gc
from typing import Any

import msgspec

from kernel.messaging.event_log import partition_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.messaging.heard import Heard
from kernel.running.service import Service
from kernel.writing.database import administering
from kernel.writing.event_store.log import events_in_order
from onestop.replay.redecide import Redecider
from onestop.replay.shadow import Difference, Shadow, digest
from onestop.replay.snapshot import snapshot
from onestop.services import SERVICES


class Verdict(msgspec.Struct, frozen=True):
    """What a verification came to. ``tables`` counts those compared, ``differences`` those that differ."""

    events: int
    tables: int
    rows: int
    settlements: int
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether replay gives the same rows and the same fen."""
        return not self.differences


async def verify(admin_url: str) -> Verdict:
    """Rebuild and compare everything, while the services go on; the first difference of each table is kept."""
    # What replay makes lives for one page and has no cycles: the collector would only walk through it.
    collected = gc.isenabled()
    gc.disable()
    try:
        return await _verify_all(admin_url)
    finally:
        if collected:
            gc.enable()


async def _verify_all(admin_url: str) -> Verdict:
    events = tables = rows = 0
    differences: list[Difference] = []
    redecider = Redecider()
    for service in SERVICES.values():
        counted, compared, found = await _verify_service(admin_url, service, redecider)
        events += counted
        tables += len(compared)
        rows += sum(compared)
        differences += found
    return Verdict(events, tables, rows, redecider.decided, tuple(differences))


async def _verify_service(
    admin_url: str, service: Service, redecider: Redecider
) -> tuple[int, list[int], list[Difference]]:
    async with (
        administering(admin_url) as writer,
        Shadow(writer, service.schema, service.read_model.tables) as shadow,
        snapshot(admin_url, service.schema) as live,
    ):
        events, differences = await _rebuild_own(live, service, shadow, redecider)
        for heard in service.parts.heard:
            events += await _rebuild_heard(admin_url, live, heard, shadow)
        compared = []
        for table in shadow.tables:
            ours, theirs = await digest(live, service.schema, table), await digest(writer, shadow.schema, table)
            compared.append(ours.rows)
            if ours != theirs:
                differences.append(await shadow.first_difference(live, table))
        return events, compared, differences


async def _rebuild_own(
    live: Any, service: Service, shadow: Shadow, redecider: Redecider
) -> tuple[int, list[Difference]]:
    events, differences = 0, []
    async for page in events_in_order(live, service.parts.registry):
        changes: list[Any] = []
        for entry in page:
            changes.extend(service.parts.project(entry.recorded))
            if difference := redecider.check(entry.recorded.event):
                differences.append(difference)
        await shadow.apply(changes)
        events += len(page)
    return events, differences


async def _rebuild_heard(admin_url: str, live: Any, heard: Heard, shadow: Shadow) -> int:
    """Rows made of another service's messages, from that service's events, up to what was consumed by now."""
    sql = "SELECT partition, last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2"
    consumed = dict(await live.fetch(sql, heard.consumer, heard.contract.topic))
    publisher = next(service for service in SERVICES.values() if service.parts.topic == heard.contract.topic)
    counters, events = [0] * PARTITIONS, 0
    async with snapshot(admin_url, publisher.schema) as source:
        async for page in events_in_order(source, publisher.parts.registry, numbered_only=True):
            changes: list[Any] = []
            for entry in page:
                published = publisher.parts.publish(entry.recorded)
                if published is None:
                    continue
                partition = partition_of(published.key)
                counters[partition] += 1
                if counters[partition] <= consumed.get(partition, 0):
                    changes.extend(heard.project(published.event))
                    events += 1
            await shadow.apply(changes)
    return events
