"""The commands of scans: file one, remove one, open one; bytes and events keep together."""

import asyncio
import hashlib
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
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
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
        """Keep a scan. The bytes come first, under an id that tells their content; refused, they go again."""
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
        await self._store.put(scan.scan_id, sent.person_id, sent.content)
        decider = decider_of(sent.subject_id)

        def answer(decision: Decision[Scans, Event]) -> Scan | None:
            return same(decision.state, scan)

        try:
            done = await self._runtime.path.decide(
                context, decider, stream_of(sent.subject_id), FileScan(scan), answer, status=201
            )
        except Refused:
            await self._drop_unless_filed(sent.subject_id, scan.scan_id)
            raise
        # It was there before: then these bytes are of no use.
        await self._drop_unless_filed(sent.subject_id, scan.scan_id)
        return done

    async def _drop_unless_filed(self, subject_id: str, scan_id: str) -> None:
        if scan_id not in (await self.standing(subject_id)).standing:
            await self._store.drop(scan_id)

    async def remove(self, context: CommandContext, subject_id: str, removal: RemoveScan) -> Answered:
        """Take a scan away; its bytes go with it."""
        body = {"scan_id": removal.scan_id}
        decider, stream = decider_of(subject_id), stream_of(subject_id)
        done = await self._runtime.path.decide(context, decider, stream, removal, lambda _decision: body)
        await self._store.drop(removal.scan_id)
        return done

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
