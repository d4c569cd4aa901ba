"""The worker: reads each payment list whole, then notes what its rows say, group by group, and goes on where it was."""

from collections.abc import Generator, Iterator
from contextlib import aclosing, closing
from itertools import islice
from typing import BinaryIO, Final

import structlog

from identity.comparison.commands.noting import Noting, ReadRow
from identity.comparison.commands.staging import PaymentStaging, StagedPayment
from identity.comparison.domain.payment_list import DECIDER, Command, FinishList, ListStatus, PaymentList, RefuseList
from identity.comparison.domain.payment_row import (
    COLUMNS,
    REQUIRED,
    Payment,
    PaymentOutcome,
    Unread,
    number_in,
    read_payment,
)
from identity.feeds.domain.feed import FileProblem
from identity.intake.readers.ahead import read_ahead
from identity.intake.readers.files import FileRefusedError, Layout, RawRow, check_whole, rows_of
from identity.intake.spool import Spool
from identity.intake.staging import Staging
from identity.persons.domain.names import fold_name
from identity.persons.queries.vault import Vault
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend
from kernel.writing.signals import Signal

_log = structlog.get_logger(__name__)
_READ_ROWS: Final = 5_000
_GROUP_ROWS: Final = 500
_LOOK_SECONDS: Final = 1.0
_LAYOUT: Final = Layout.of(COLUMNS, REQUIRED)
_LOST: Final = FileProblem("FEED_FILE_LOST", "the file is no longer kept; send it with a later as_of")
_NEXT_SQL: Final = """
SELECT p.list_id FROM payment_lists p LEFT JOIN payment_list_ends e USING (list_id)
WHERE e.list_id IS NULL ORDER BY p.received_at, p.list_id LIMIT 1
"""
_LAST_ROW_SQL: Final = "SELECT coalesce(max(last_row), 0) FROM payment_groups WHERE list_id = $1"
_OUTCOMES_SQL: Final = """
SELECT outcome, count(*)::int AS rows FROM payments WHERE list_id = $1 GROUP BY outcome
UNION ALL SELECT 'UNMARKED', sum(unmarked)::int FROM payment_groups WHERE list_id = $1 HAVING sum(unmarked) > 0
"""


class PaymentListWorker:
    """One elected instance works through the lists in the order of their arrival."""

    def __init__(self, runtime: Runtime, vault: Vault, spool: Spool, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._spool = spool
        self._clock = clock
        self._staging = PaymentStaging(runtime)
        self._progress = Staging(runtime)
        self._noting = Noting(runtime, vault, self._staging)
        #: Set when a list arrives, so that the worker need not wait for its next look.
        self.called = Signal()

    async def run(self) -> None:
        """Work until cancelled; a list that was begun before is read again, and noted on from where it was."""
        while True:
            list_id = await self._runtime.store.pool.fetchval(_NEXT_SQL)
            if list_id is None:
                await self.called.wait(_LOOK_SECONDS)
                continue
            await self._work_on(list_id)

    async def _work_on(self, list_id: str) -> None:
        _, past = await self._runtime.store.load(f"payment-list/{list_id}")
        state = DECIDER.fold(past)
        assert state is not None, "a list in the read table was received"
        received = state.payment_list
        file = await self._spool.open(list_id)
        if file is None:
            await self._decide(received, RefuseList(_LOST), "refuse")
            return
        try:
            await self._read(received, file)
            await self._note(received, file)
        except FileRefusedError as error:
            await self._decide(received, RefuseList(error.problem), "refuse")
        finally:
            file.close()
        await self._staging.clear(list_id)
        await self._spool.drop(list_id)

    async def _read(self, received: PaymentList, file: BinaryIO) -> None:
        """Read the file to its end before a row of it counts: what refuses it whole is known then, and its doubles."""
        list_id, good, unread = received.list_id, 0, None
        await self._staging.clear(list_id)
        with closing(_rows(file, received)) as rows:
            async with aclosing(read_ahead(lambda: some(rows, received, _READ_ROWS))) as pieces:
                async for piece in pieces:
                    staged = [self._staged(raw, row) for raw, row in piece if isinstance(row, Payment)]
                    unread = unread or next((found for found in piece if isinstance(found[1], Unread)), None)
                    good += len(staged)
                    await self._staging.add(list_id, staged)
                    await self._progress.progress(list_id, piece[-1][0].number)
        if not good and unread is not None:
            raise _nothing_read(*unread)
        await self._staging.find_doubles(list_id)

    async def _note(self, received: PaymentList, file: BinaryIO) -> None:
        done: int = await self._runtime.store.pool.fetchval(_LAST_ROW_SQL, received.list_id)
        with closing(_rows(file, received)) as rows:
            left = (raw for raw in rows if raw.number > done)
            async with aclosing(read_ahead(lambda: some(left, received, _GROUP_ROWS))) as groups:
                async for group in groups:
                    context = self._context(received, f"rows/{group[0][0].number}")
                    await self._noting.note(context, received, group)
                    await self._progress.progress(received.list_id, lines_applied=group[-1][0].number)
        counted = await self._runtime.store.pool.fetch(_OUTCOMES_SQL, received.list_id)
        outcomes = {outcome.value: 0 for outcome in PaymentOutcome}
        for row in counted:
            outcomes[row["outcome"]] += row["rows"]
        await self._decide(received, FinishList({name: rows for name, rows in outcomes.items() if rows}), "applied")

    def _staged(self, raw: RawRow, row: Payment) -> StagedPayment:
        name_hash = self._vault.hash_of(fold_name(row.name))
        return StagedPayment(raw.number, self._vault.hash_of(row.resident_id.number), name_hash, row.area, row.year)

    async def _decide(self, received: PaymentList, command: Command, step: str) -> None:
        stream_id = f"payment-list/{received.list_id}"

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(stream_id)
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            return Outcome((StreamAppend(stream, events),), {"list_id": received.list_id})

        await self._runtime.path.run(self._context(received, step), attempt)
        ended = ListStatus.REFUSED if isinstance(command, RefuseList) else ListStatus.APPLIED
        _log.info("payment list", area=received.area, month=received.month, status=ended)

    def _context(self, received: PaymentList, step: str) -> CommandContext:
        key = f"{received.list_id}/{step}"
        return CommandContext.of_service("payment-list", key, self._clock(), correlation_id=received.list_id)


def some(rows: Iterator[RawRow], received: PaymentList, rows_max: int) -> list[ReadRow]:
    """The next rows of a list, read or refused; raises FileRefusedError where the file as a whole cannot be taken."""
    read: list[ReadRow] = []
    try:
        for raw in islice(rows, rows_max):
            read.append((raw, _read_row(raw, received)))
    except (UnicodeError, RecursionError) as error:
        detail = f"the file cannot be read on ({type(error).__name__}); save it anew and send it whole"
        raise FileRefusedError("FEED_FILE_BROKEN", detail, read[-1][0].number + 1 if read else None) from error
    return read


def _read_row(raw: RawRow, received: PaymentList) -> Payment | Unread:
    today = china_date(received.received_at)
    try:
        if raw.refused is not None:
            raise raw.refused
        return read_payment(raw.cells, today=today)
    except Refused as refused:
        check_whole(raw, refused)
        return Unread(refused, number_in(raw.cells, today=today))


def _nothing_read(raw: RawRow, row: Payment | Unread) -> FileRefusedError:
    # Such a list would call everybody unpaid.
    assert isinstance(row, Unread)
    detail = f"no row can be read; the first says: {row.refused.detail} ({row.refused.code})"
    return FileRefusedError("FEED_NO_ROW_READ", detail, raw.number)


def _rows(file: BinaryIO, received: PaymentList) -> Generator[RawRow, None, None]:
    return rows_of(file, received.media_type, _LAYOUT)
