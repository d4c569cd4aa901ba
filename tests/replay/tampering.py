"""What the owner of a database can do to it, thoroughly: chains and numbers are made anew, rows are adjusted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import GENESIS, chain_hash, parts_of

_STREAM_SQL: Final = "SELECT * FROM events WHERE stream_id = $1 ORDER BY version"


class Owner:
    """An owner at work in one service's schema: no right and no trigger is in the way."""

    def __init__(self, connection: SingleConnection, schema: str) -> None:
        self.connection = connection
        self._schema = schema

    async def begin(self) -> None:
        """Take what stands in the way out of it."""
        await self.run(f"SET search_path TO {self._schema}; ALTER TABLE events DISABLE TRIGGER ALL")

    async def run(self, sql: str, *arguments: Any) -> None:
        """One statement of the owner's."""
        await self.connection.execute(sql, *arguments)

    async def chain_anew(self, stream_id: str) -> None:
        """Make a stream's hashes as if its events had always been what they are now."""
        chain = GENESIS
        for row in await self.connection.fetch(_STREAM_SQL, stream_id):
            chain = chain_hash(chain, parts_of(row))
            await self.run("UPDATE events SET chain = $2 WHERE pos = $1", row["pos"], chain)
        await self.hash_anew()

    async def hash_anew(self) -> None:
        """Make the entries' hashes anew, as the sequencer makes them."""
        await self.run(
            r"UPDATE event_log l SET leaf = sha256('\x00'::bytea || timestamptz_send(l.logged_at) || "
            "timestamptz_send(e.recorded_at) || e.chain) FROM events e WHERE e.pos = l.pos"
        )

    async def number_of(self, stream_id: str) -> int:
        """The number of a stream's first event."""
        sql = (
            "SELECT l.gseq FROM event_log l JOIN events e USING (pos) WHERE e.stream_id = $1 ORDER BY e.version LIMIT 1"
        )
        number: int = await self.connection.fetchval(sql, stream_id)
        return number

    async def remove(self, stream_id: str) -> int:
        """Remove a stream of one event and close the gap in the numbers; gives the number that it had."""
        number = await self.number_of(stream_id)
        await self.run("DELETE FROM event_log WHERE gseq = $1", number)
        await self.run("DELETE FROM events WHERE stream_id = $1", stream_id)
        await self._shift(number, -1)
        return number

    async def double(self, stream_id: str, other: str) -> int:
        """Store a stream's only event once more under another name, right behind it; gives the new number."""
        number = await self.number_of(stream_id) + 1
        await self._shift(number - 1, 1)
        before, after = stream_id.rpartition("/")[2], other.rpartition("/")[2]
        await self.run(
            "INSERT INTO events (order_tx, stream_id, version, event_id, type, schema_version, data, meta, "
            "occurred_at, chain, recorded_at) SELECT order_tx, $2, version, gen_random_uuid(), type, schema_version, "
            "replace(data::text, $3, $4)::json, meta, occurred_at, chain, recorded_at FROM events WHERE stream_id = $1",
            stream_id,
            other,
            before,
            after,
        )
        await self.run(
            "INSERT INTO event_log (gseq, pos, logged_at) SELECT $2::bigint, max(e.pos), max(l.logged_at) "
            "FROM events e, event_log l WHERE e.stream_id = $1 AND l.gseq = $2::bigint - 1",
            other,
            number,
        )
        await self.chain_anew(other)
        return number

    async def swap(self, first: int, second: int) -> None:
        """Let two entries of the log change places, with their times and hashes."""
        await self.run("UPDATE event_log SET gseq = -gseq WHERE gseq IN ($1, $2)", first, second)
        await self.run("UPDATE event_log SET gseq = $1::bigint + $2 + gseq WHERE gseq < 0", first, second)
        await self.run(
            "UPDATE event_log l SET logged_at = o.logged_at FROM event_log o "
            "WHERE l.gseq IN ($1, $2) AND o.gseq = $1::bigint + $2 - l.gseq",
            first,
            second,
        )
        await self.hash_anew()

    async def _shift(self, number: int, by: int) -> None:
        # By way of negative numbers: none may be taken when it is given.
        await self.run("UPDATE event_log SET gseq = -(gseq + $2) WHERE gseq > $1", number, by)
        await self.run("UPDATE event_log SET gseq = -gseq WHERE gseq < 0")
        for sql in ("UPDATE sequencer SET gseq = gseq + $1", "UPDATE relay SET gseq = gseq + $1"):
            await self.run(sql, by)


@asynccontextmanager
async def owner_of(database: str, schema: str) -> AsyncIterator[Owner]:
    """An owner who has begun."""
    connection = await asyncpg.connect(database)
    owner = Owner(connection, schema)
    try:
        await owner.begin()
        yield owner
    finally:
        await connection.close()
