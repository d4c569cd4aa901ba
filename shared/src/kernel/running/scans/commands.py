"""The commands of scans: file one, remove one, open one; bytes and events keep together."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import msgspec

from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.running.scans.domain import (
    Event,
    FileScan,
    RemoveScan,
    Scan,
    Scans,
    ScanSeen,
    decider_of,
    known,
    same,
    scan_lost,
)
from kernel.running.scans.recognising import media_type_of
from kernel.running.scans.store import ScanStore
from kernel.security import Principal
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome
from kernel.writing.event_store import Stream, StreamAppend


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it came, for a thing, of a person, as a kind of paper."""

    subject_id: str
    person_id: str
    kind: str
    content: bytes


class ScanCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, store: ScanStore, requests: Requests) -> None:
        self._runtime = runtime
        self._store = store
        self._requests = requests

    async def file(self, caller: Principal, context: CommandContext, sent: Sent) -> Answered:
        """Keep a scan under an id that tells its content; raises Refused, as ``media_type_of`` and the store do."""
        media_type = await asyncio.to_thread(media_type_of, sent.content)
        sha256 = hashlib.sha256(sent.content).hexdigest()
        scan = Scan(
            scan_id=context.new_id(f"scan {sent.subject_id} {sha256}"),
            kind=sent.kind,
            media_type=media_type,
            size_bytes=len(sent.content),
            sha256=sha256,
            filed_by=caller.source,
            filed_at=context.now,
        )
        decider, stream = decider_of(sent.subject_id), stream_of(sent.subject_id)

        def answer(decision: Decision[Scans, Event]) -> Scan | None:
            return same(decision.state, scan)

        async with self._one_transaction() as (connection, within):
            await self._store.put(connection, scan.scan_id, sent.person_id, sent.content)
            done = await within.decide(context, decider, stream, FileScan(scan), answer, status=201)
            _, standing = await within.standing(decider, stream)
            if scan.scan_id not in standing.standing:  # the paper was there before: these bytes are of no use
                await self._store.drop(connection, scan.scan_id)
        return done

    async def remove(self, context: CommandContext, subject_id: str, removal: RemoveScan) -> Answered:
        """Take a scan away; its bytes go with it."""
        body = {"scan_id": removal.scan_id}
        decider, stream = decider_of(subject_id), stream_of(subject_id)
        async with self._one_transaction() as (connection, within):
            done = await within.decide(context, decider, stream, removal, lambda _decision: body)
            await self._store.drop(connection, removal.scan_id)
        return done

    @asynccontextmanager
    async def _one_transaction(self) -> AsyncIterator[tuple[Connection, Within]]:
        """Bytes and events are written together or not at all: no crash leaves a card that no event knows of."""
        store = self._runtime.store
        async with store.pool.acquire() as connection, connection.transaction():
            yield connection, self._runtime.path.within(connection)
        store.appended.set()

    async def open(self, caller: Principal, subject_id: str, scan_id: str) -> tuple[Scan, bytes]:
        """A scan and its bytes; the look is written down first. Raises Refused SCAN_UNKNOWN, SCAN_ERASED."""
        scan = known(await self.standing(subject_id), scan_id)
        seen = ScanSeen(
            look_id=str(uuid4()),
            subject_id=subject_id,
            scan_id=scan_id,
            seen_by=caller.subject,
            organisation=caller.organisation,
            roles=tuple(sorted(role.value for role in caller.roles)),
        )
        await self._note(caller, seen)
        content = await self._store.open(scan_id)
        if content is None:
            raise scan_lost()
        return scan, content

    async def standing(self, subject_id: str) -> Scans:
        """The scans of a thing."""
        _, scans = await self._runtime.path.standing(decider_of(subject_id), stream_of(subject_id))
        return scans

    async def _note(self, caller: Principal, seen: ScanSeen) -> None:
        context = CommandContext.of_service("looks", seen.look_id, self._requests.clock())
        context = msgspec.structs.replace(context, actor=caller.subject)
        append = StreamAppend(Stream(f"look/{seen.look_id}"), (seen,))

        async def attempt() -> Outcome:
            return Outcome((append,), {})

        await self._runtime.path.run(context, attempt)


def stream_of(subject_id: str) -> str:
    """The stream of a thing's scans."""
    return f"scans/{subject_id}"
