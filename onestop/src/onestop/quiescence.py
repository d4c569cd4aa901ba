"""Whether everything that was written has arrived everywhere: events numbered, published and consumed."""

import asyncio

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import log_counts
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES

_RELAYED_SQL = "SELECT gseq, pseqs FROM relay WHERE topic = $1"
_CONSUMED_SQL = """
SELECT consumer, sum(last_pseq)::bigint AS consumed FROM "{schema}".inbox_cursor WHERE topic = $1 GROUP BY consumer
"""


#: Which schemas are there, and which have a place for archives: a database of the release before lacks what is new.
_SCHEMAS_SQL = """
SELECT nspname AS schema, to_regclass(format('%I.archives', nspname)) IS NOT NULL AS archives FROM pg_namespace
WHERE to_regclass(format('%I.event_log', nspname)) IS NOT NULL
"""
_COUNTED_BEFORE_SQL = "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM event_log)"


class Backlog(msgspec.Struct, frozen=True):
    """How many events wait at which step; all zero means that nothing is under way."""

    unnumbered: int
    unpublished: int
    unconsumed: dict[str, int]

    @property
    def empty(self) -> bool:
        """Whether nothing is under way."""
        return not (self.unnumbered or self.unpublished or any(self.unconsumed.values()))


async def backlog(admin_url: str) -> Backlog:
    """Count what is under way between the services, at one moment for all of them."""
    unnumbered = unpublished = 0
    unconsumed: dict[str, int] = {}
    async with snapshot(admin_url, "public") as connection:
        archives: dict[str, bool] = {row["schema"]: row["archives"] for row in await connection.fetch(_SCHEMAS_SQL)}
        there = [service for service in SERVICES.values() if service.schema in archives]
        for service in there:
            await connection.execute(f'SET LOCAL search_path TO "{service.schema}"')
            waiting, numbered = await _numbered(connection, archives=archives[service.schema])
            relay = await connection.fetchrow(_RELAYED_SQL, service.parts.topic)
            unnumbered += waiting
            unpublished += numbered - (relay["gseq"] if relay else 0)
            sent = sum(msgspec.json.decode(relay["pseqs"], type=list[int])) if relay else 0
            for other in there:
                topic = service.parts.topic
                for row in await connection.fetch(_CONSUMED_SQL.format(schema=other.schema), topic):
                    unconsumed[f"{other.parts.name}/{row['consumer']} of {topic}"] = sent - row["consumed"]
    return Backlog(unnumbered, unpublished, unconsumed)


async def _numbered(connection: SingleConnection, *, archives: bool) -> tuple[int, int]:
    """How many events have no number yet, and how many have one."""
    if archives:
        counts = await log_counts(connection)
        return counts.events - counts.numbered, counts.numbered
    return await connection.fetchval(_COUNTED_BEFORE_SQL), await connection.fetchval("SELECT count(*) FROM event_log")


async def wait_until_arrived(admin_url: str, *, within_seconds: float = 60.0) -> None:
    """Wait until nothing is under way; raises TimeoutError with what still is."""
    deadline = asyncio.get_running_loop().time() + within_seconds
    while not (now := await backlog(admin_url)).empty:
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"after {within_seconds} seconds events are still under way: {now}")
        await asyncio.sleep(0.05)
