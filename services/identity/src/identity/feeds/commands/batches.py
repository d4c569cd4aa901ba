"""Commands about feed batches: take a file in, release a held one, or throw it away."""

from collections.abc import AsyncIterator
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.feeds.commands.worker import FeedWorker
from identity.feeds.domain.feed import DECIDER, Batch, Discard, FileSent, Receive, Release, check_description
from identity.intake.receiving import Receiving
from identity.intake.spool import Spool
from identity.persons.domain.categories import Department
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered


class FeedCommands:
    """The commands of /v1/feeds."""

    def __init__(
        self, runtime: Runtime, receiving: Receiving, spool: Spool, worker: FeedWorker, requests: Requests
    ) -> None:
        self._runtime = runtime
        self._receiving = receiving
        self._spool = spool
        self._worker = worker
        self._requests = requests

    async def receive(self, caller: Principal, sent: FileSent, size: int, content: AsyncIterator[bytes]) -> Answered:
        """Take a file in as it arrives. The same number with the same file is the same batch; another file is refused.

        ``size`` is what the sender announces, 0 where it does not.
        """
        now = self._requests.clock()
        check_description(sent, now)
        upload = await self._receiving.upload(size, content)
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
        stream_id, body = f"feed/{batch_id}", {"batch_id": batch_id, "number": sent.number}
        answered = await self._receiving.take_in(caller, now, DECIDER, stream_id, Receive(batch), upload, body)
        self._worker.called.set()
        return answered

    async def judge(
        self, caller: Principal, key: Idempotency, department: Department, number: str, command: Release | Discard
    ) -> Answered:
        """Let a held batch through, or throw it away."""
        batch_id = batch_id_of(department, number)
        body = {"batch_id": batch_id, "number": number}
        context = self._requests.by(caller, key)
        answered = await self._runtime.path.decide(context, DECIDER, f"feed/{batch_id}", command, lambda _: body)
        if isinstance(command, Discard):
            await self._spool.drop(batch_id)
        else:
            self._worker.called.set()
        return answered


def batch_id_of(department: Department, number: str) -> str:
    """The id of a department's batch."""
    return str(uuid5(NAMESPACE_OID, f"onestop/feed/{department}/{number}"))
