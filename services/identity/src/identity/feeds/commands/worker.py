"""The worker: takes batches in the order of their arrival, reads each whole, and applies what is left of it."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import BinaryIO, Final

import structlog
from typing_extensions import override

from identity.config import FeedSettings
from identity.feeds.commands.applying import description_of
from identity.feeds.commands.groups import Groups
from identity.feeds.commands.staging import FeedStaging
from identity.feeds.domain.feed import (
    DECIDER,
    Batch,
    BatchStatus,
    Command,
    FinishApplying,
    FinishReading,
    RefuseFile,
    State,
)
from identity.feeds.domain.lines import Barrier, prefix_of_area
from identity.feeds.domain.row import LAYOUT, FeedRow, read_row
from identity.feeds.queries import NEXT_SQL, FeedQueries
from identity.intake.domain import FileProblem, FileRefusedError
from identity.intake.readers.files import NDJSON
from identity.intake.reading import Reading
from identity.intake.spool import Spool
from identity.intake.working import FileKind, FileWorker
from identity.persons.domain.statement import stated_at
from identity.persons.queries.vault import Vault
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime

_log = structlog.get_logger(__name__)
_LAYOUT_WITH_CATEGORY: Final = LAYOUT.requiring("category")
_LOST: Final = FileProblem("FEED_FILE_LOST", "the file is no longer kept; send it under a new number")
_FEED: Final[FileKind[Command, State]] = FileKind("feed", DECIDER, NEXT_SQL, _LOST)


class FeedWorker(FileWorker[Command, State, FeedRow]):
    """One elected instance works through the batches of all departments."""

    def __init__(
        self, runtime: Runtime, vault: Vault, spool: Spool, requests: Requests, settings: FeedSettings
    ) -> None:
        super().__init__(runtime, spool, requests, _FEED)
        self._settings = settings
        self._queries = FeedQueries(runtime)
        self._staging = FeedStaging(runtime, vault)
        self._groups = Groups(runtime, vault)

    @override
    def _reading(self, state: State, file: BinaryIO) -> Reading[FeedRow]:
        batch = state.batch
        description = description_of(batch)
        # In NDJSON every line names its own columns: one without a category is that line's fault.
        named = batch.category is not None or batch.media_type == NDJSON
        layout = LAYOUT if named else _LAYOUT_WITH_CATEGORY
        read = partial(read_row, file=description)
        return Reading(FeedRow, file, batch.media_type, layout, today=description.today, read=read)

    @override
    def _refusal(self, problem: FileProblem) -> Command:
        return RefuseFile(problem)

    @override
    async def _bring_on(self, file_id: str, state: State, reading: Reading[FeedRow]) -> bool:
        batch = state.batch
        barriers = await self._queries.barriers(batch)
        if state.status is BatchStatus.RECEIVED:
            _check_newest(batch, barriers)
            state = await self._read(batch, reading)
        else:
            await reading.again()
        if state.status is BatchStatus.APPLYING:
            await self._apply(batch, reading, barriers)
        return state.status is not BatchStatus.HELD

    async def _read(self, batch: Batch, reading: Reading[FeedRow]) -> State:
        await self._staging.clear_lines(batch.batch_id)
        await self._stage(batch.batch_id, reading, self._staging, self._staging.staged)
        counts = await self._staging.compare(batch)
        finished = FinishReading(counts, self._settings.ending_basis_points_max)
        return await self._decide(batch.batch_id, finished, "read")

    async def _apply(self, batch: Batch, reading: Reading[FeedRow], barriers: Sequence[Barrier]) -> None:
        applied = 0
        while lines := await self._queries.pending(batch.batch_id, self._settings.group_lines):
            wanted = [line.row for line in lines if line.row is not None]
            rows = await asyncio.to_thread(reading.good, wanted)
            context = self._context(batch.batch_id, f"lines/{lines[0].line}")
            receipts = await self._groups.apply(context, batch, lines, rows, barriers)
            await self._groups.write(batch.batch_id, receipts)
            applied += len(lines)
            await self._progress(batch.batch_id, lines_applied=applied)
        outcomes = await self._queries.outcomes(batch.batch_id)
        await self._decide(batch.batch_id, FinishApplying(outcomes), "applied")

    @override
    async def _decide(self, file_id: str, command: Command, step: str) -> State:
        state = await super()._decide(file_id, command, step)
        batch = state.batch
        _log.info("feed batch", batch=batch.number, department=batch.department, status=state.status)
        return state


def _check_newest(batch: Batch, barriers: Sequence[Barrier]) -> None:
    if batch.category is None or batch.area is None:
        return
    own = Barrier(batch.category, prefix_of_area(batch.area), stated_at(batch.as_of, batch.number))
    if any(own.overlaps(barrier) and barrier.stated > own.stated for barrier in barriers):
        raise FileRefusedError("FEED_OLDER_THAN_LIST", "a newer list of this category and area was applied before")
