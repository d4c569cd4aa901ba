"""Commands about feed batches: take a file in, release a held one, or throw it away."""

from collections.abc import AsyncIterator
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.config import FeedSettings
from identity.feeds.commands.worker import FeedWorker
from identity.feeds.domain.feed import DECIDER, Batch, Command, Discard, Receive, Release
from identity.feeds.domain.file_sent import FileSent, check_description
from identity.intake.spool import Spool, check_size
from identity.persons.domain.categories import Department
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency, current_correlation_id
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

_ACCEPTED = 202


class FeedHandlers:
    """The commands of /v1/feeds."""

    def __init__(
        self,
        runtime: Runtime,
        vault: Vault,
        spool: Spool,
        worker: FeedWorker,
        clock: Clock,
        settings: FeedSettings,
    ) -> None:
        self._runtime = runtime
        self._vault = vault
        self._spool = spool
        self._worker = worker
        self._clock = clock
        self._settings = settings

    async def receive(self, caller: Principal, sent: FileSent, size: int, content: AsyncIterator[bytes]) -> Answered:
        """Take a file in as it arrives. The same number with the same file is the same batch; another file is refused.

        ``size`` is what the sender announces, 0 where it does not.
        """
        now = self._clock()
        check_description(sent, now)
        check_size(size, self._settings.file_bytes_max)
        upload = await self._spool.take(content, self._settings.file_bytes_max)
        batch_id = batch_id_of(sent.department, sent.number)
        batch = Batch(
            batch_id=batch_id,
            received_at=now,
            sent_by=caller.subject,
            divisions=None if caller.divisions is None else tuple(sorted(caller.divisions)),
            size=upload.size,
            sha256=upload.sha256,
            **msgspec.structs.asdict(sent),
        )

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"feed/{batch_id}")
            events = tuple(DECIDER.decide(Receive(batch), DECIDER.fold(past)))
            if events:
                await self._spool.keep(batch_id, upload)
            else:
                await self._spool.forget(upload.upload_id)
            return Outcome((StreamAppend(stream, events),), {"batch_id": batch_id, "number": sent.number}, _ACCEPTED)

        key = f"{batch_id}/{upload.sha256}/{now.isoformat()}"
        context = CommandContext(
            scope="feed",
            key=key,
            request_hash=b"",
            actor=caller.subject,
            now=now,
            correlation_id=current_correlation_id(),
        )
        try:
            answered = await self._runtime.path.run(context, attempt)
        except Refused:
            await self._spool.forget(upload.upload_id)
            raise
        self._worker.called.set()
        return answered

    async def release(
        self, caller: Principal, key: Idempotency, department: Department, number: str, reason: str
    ) -> Answered:
        """Let a held batch through."""
        answered = await self._judge(caller, key, department, number, Release(caller.subject, reason))
        self._worker.called.set()
        return answered

    async def discard(
        self, caller: Principal, key: Idempotency, department: Department, number: str, reason: str
    ) -> Answered:
        """Throw a held batch away."""
        answered = await self._judge(caller, key, department, number, Discard(caller.subject, reason))
        await self._spool.drop(batch_id_of(department, number))
        return answered

    async def _judge(
        self, caller: Principal, key: Idempotency, department: Department, number: str, command: Command
    ) -> Answered:
        batch_id = batch_id_of(department, number)

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"feed/{batch_id}")
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            return Outcome((StreamAppend(stream, events),), {"batch_id": batch_id, "number": number})

        return await self._runtime.path.run(context_of(self._vault, self._clock, caller, key), attempt)


def batch_id_of(department: Department, number: str) -> str:
    """The id of a department's batch."""
    return str(uuid5(NAMESPACE_OID, f"onestop/feed/{department}/{number}"))
