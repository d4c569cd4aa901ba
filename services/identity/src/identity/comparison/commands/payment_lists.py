"""The command that takes a payment list in."""

from collections.abc import AsyncIterator
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.comparison.commands.worker import PaymentListWorker
from identity.comparison.domain.payment_list import DECIDER, ListSent, PaymentList, ReceiveList, check_list
from identity.intake.receiving import Receiving
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.writing.command_path import Answered


class PaymentListCommands:
    """The commands of /v1/payment-lists."""

    def __init__(self, receiving: Receiving, worker: PaymentListWorker, requests: Requests) -> None:
        self._receiving = receiving
        self._worker = worker
        self._requests = requests

    async def receive(self, caller: Principal, sent: ListSent, size: int, content: AsyncIterator[bytes]) -> Answered:
        """Take a list in as it arrives; the same file for the same area, month and moment is the same list.

        ``size`` is what the sender announces, 0 where it does not. Raises Refused DATE_IN_FUTURE, FEED_FILE_TOO_LARGE.
        """
        now = self._requests.clock()
        check_list(sent.month, sent.as_of, now)
        upload = await self._receiving.upload(size, content)
        list_id = list_id_of(sent, upload.sha256)
        received = PaymentList(
            list_id=list_id,
            received_at=now,
            sent_by=caller.subject,
            size=upload.size,
            sha256=upload.sha256,
            **msgspec.structs.asdict(sent),
        )
        stream_id, body = f"payment-list/{list_id}", {"list_id": list_id}
        answered = await self._receiving.take_in(caller, now, DECIDER, stream_id, ReceiveList(received), upload, body)
        self._worker.call()
        return answered


def list_id_of(sent: ListSent, sha256: str) -> str:
    """The id of a list: who sends the same file for the same moment means the same list."""
    return str(uuid5(NAMESPACE_OID, f"onestop/payments/{sent.area}/{sent.month}/{sent.as_of.isoformat()}/{sha256}"))
