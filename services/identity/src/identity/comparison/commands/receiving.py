"""The command that takes a payment list in."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.comparison.commands.worker import PaymentListWorker
from identity.comparison.domain.payment_list import DECIDER, PaymentList, ReceiveList, check_list
from identity.config import FeedSettings
from identity.intake.spool import Spool, check_size
from kernel.http import current_correlation_id
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

_ACCEPTED = 202


class ListSent(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment list is described by who sends it."""

    area: str
    month: str
    as_of: datetime
    media_type: str
    file_name: str | None = None


class PaymentListHandlers:
    """The commands of /v1/payment-lists."""

    def __init__(
        self, runtime: Runtime, spool: Spool, worker: PaymentListWorker, clock: Clock, settings: FeedSettings
    ) -> None:
        self._runtime = runtime
        self._spool = spool
        self._worker = worker
        self._clock = clock
        self._settings = settings

    async def receive(self, caller: Principal, sent: ListSent, size: int, content: AsyncIterator[bytes]) -> Answered:
        """Take a list in as it arrives; the same file for the same area, month and moment is the same list.

        ``size`` is what the sender announces, 0 where it does not. Raises Refused DATE_IN_FUTURE, FEED_FILE_TOO_LARGE.
        """
        now = self._clock()
        check_list(sent.month, sent.as_of, now)
        check_size(size, self._settings.file_bytes_max)
        upload = await self._spool.take(content, self._settings.file_bytes_max)
        list_id = list_id_of(sent, upload.sha256)
        received = PaymentList(
            list_id=list_id,
            received_at=now,
            sent_by=caller.subject,
            size=upload.size,
            sha256=upload.sha256,
            **msgspec.structs.asdict(sent),
        )

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"payment-list/{list_id}")
            events = tuple(DECIDER.decide(ReceiveList(received), DECIDER.fold(past)))
            if events:
                await self._spool.keep(list_id, upload)
            else:
                await self._spool.forget(upload.upload_id)
            return Outcome((StreamAppend(stream, events),), {"list_id": list_id}, _ACCEPTED)

        key = f"{list_id}/{now.isoformat()}"
        context = CommandContext(
            scope="payment-list",
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


def list_id_of(sent: ListSent, sha256: str) -> str:
    """The id of a list: who sends the same file for the same moment means the same list."""
    return str(uuid5(NAMESPACE_OID, f"onestop/payments/{sent.area}/{sent.month}/{sent.as_of.isoformat()}/{sha256}"))
