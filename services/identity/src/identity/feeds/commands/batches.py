"""Commands about feed batches: take a file in, release a held one, or throw it away."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Final

import msgspec

from identity.feeds.commands.worker import FeedWorker
from identity.feeds.domain.batch import Batch, BatchKind, Course, FileSent, batch_id_of, check_description
from identity.feeds.domain.feed import DECIDER, Approve, Discard, Receive, Release, Review
from identity.feeds.domain.offices import DECIDER as WORDS
from identity.feeds.domain.offices import KeepWords, OfficeWords, stream_of
from identity.feeds.domain.undoing import check_may_be_undone
from identity.intake.receiving import Receiving
from identity.intake.spool import Spool
from identity.persons.domain.categories import Department
from identity.persons.queries.places import Places
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_path import Answered

_STOP_SQL: Final = "UPDATE feed_lines SET outcome = 'CANCELLED' WHERE batch_id = $1 AND outcome = 'PENDING'"


class Arriving(msgspec.Struct, frozen=True):
    """A file as it arrives: its size as announced, 0 where it is not, and the SHA-256 that it must come to, if told."""

    size: int
    digest: str | None
    content: AsyncIterator[bytes]


class Undoing(msgspec.Struct, frozen=True):
    """How a batch is taken back: the number of the batch that does it, why, and whether three people handle it."""

    number: str
    reason: str
    approval: bool | None


class FeedCommands:
    """The commands of /v1/feeds."""

    def __init__(
        self,
        runtime: Runtime,
        receiving: Receiving,
        spool: Spool,
        worker: FeedWorker,
        requests: Requests,
        *,
        places: Places,
    ) -> None:
        self._runtime = runtime
        self._places = places
        self._receiving = receiving
        self._spool = spool
        self._worker = worker
        self._requests = requests

    @property
    def today(self) -> date:
        """Today's date in China."""
        return self._requests.today

    async def receive(self, caller: Principal, sent: FileSent, arriving: Arriving) -> Answered:
        """Take a file in as it arrives. The same number with the same file is the same batch.

        Raises Refused FEED_BATCH_REUSED for another file, FEED_DIGEST_DIFFERS.
        """
        now = self._requests.clock()
        check_description(sent, now, self._places.owners(china_date(now)), tuple(caller.divisions or ()))
        upload = await self._receiving.upload(arriving.size, arriving.content)
        if arriving.digest is not None and arriving.digest != upload.sha256:
            await self._spool.forget(upload.upload_id)
            raise Refused("FEED_DIGEST_DIFFERS", "the file that came is not the one whose SHA-256 was told, or signed")
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
        answered = await self._receiving.take_in(
            caller, now, DECIDER, stream_id, Receive(batch), upload, body, batch.kept_as
        )
        self._worker.call()
        return answered

    async def keep_words(
        self, caller: Principal, key: Idempotency, department: Department, kept: OfficeWords
    ) -> Answered:
        """Have the files of the caller's office read by its own headings and words from now on."""
        divisions = None if caller.divisions is None else tuple(sorted(caller.divisions))
        command = KeepWords(department, divisions, kept, caller.subject)
        context, stream_id = self._requests.by(caller, key), stream_of(department, divisions)
        return await self._runtime.path.decide(context, WORDS, stream_id, command, lambda _: kept)

    async def undo(
        self, caller: Principal, key: Idempotency, department: Department, number: str, undoing: Undoing
    ) -> Answered:
        """Take back what a batch did, as a batch of its own, which waits for another person.

        Raises Refused FEED_BATCH_UNKNOWN, FEED_BATCH_NOT_IN_STATE, FEED_BATCH_REUSED.
        """
        context = self._requests.by(caller, key)
        _, state = await self._runtime.path.standing(DECIDER, f"feed/{batch_id_of(department, number)}")
        undone = check_may_be_undone(state)
        batch_id = batch_id_of(department, undoing.number)
        batch = Batch(
            batch_id=batch_id,
            department=department,
            number=undoing.number,
            kind=BatchKind.DELTA,
            as_of=context.now,
            media_type="",
            category=undone.category,
            area=undone.area,
            group=undone.group,
            course=Course.UNDO,
            approval=undoing.approval,
            received_at=context.now,
            sent_by=caller.subject,
            size=0,
            sha256="",
            divisions=undone.divisions,
            undoes=number,
            because=undoing.reason,
        )
        body = {"batch_id": batch_id, "number": undoing.number}
        answered = await self._runtime.path.decide(
            context, DECIDER, f"feed/{batch_id}", Receive(batch), lambda _: body, status=202
        )
        self._worker.call()
        return answered

    async def judge(
        self,
        caller: Principal,
        key: Idempotency,
        department: Department,
        number: str,
        command: Release | Discard | Review | Approve,
    ) -> Answered:
        """Let a batch through, take one of the three steps, or throw it away."""
        batch_id = batch_id_of(department, number)
        body = {"batch_id": batch_id, "number": number}
        context = self._requests.by(caller, key)
        answered = await self._runtime.path.decide(context, DECIDER, f"feed/{batch_id}", command, lambda _: body)
        if isinstance(command, Discard):
            _, state = await self._runtime.path.standing(DECIDER, f"feed/{batch_id}")
            await self._spool.drop(batch_id if state is None else state.batch.kept_as)
            # What waited to be applied when somebody stopped it is not applied any more.
            await self._runtime.store.pool.execute(_STOP_SQL, batch_id)
        else:
            self._worker.call()
        return answered
