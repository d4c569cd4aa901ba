"""The worker: takes batches in the order of their arrival, reads each whole, and applies what is left of it."""

import asyncio
from collections.abc import Generator, Iterator, Sequence
from contextlib import aclosing, closing
from typing import BinaryIO, Final

import structlog

from identity.config import FeedSettings
from identity.feeds.commands.applying import Barrier, Line, evidence_of
from identity.feeds.commands.groups import Groups
from identity.feeds.domain.feed import (
    DECIDER,
    Batch,
    BatchStatus,
    Command,
    Counts,
    FileProblem,
    FinishApplying,
    FinishReading,
    RefuseFile,
    State,
)
from identity.feeds.domain.row import COLUMNS, REQUIRED, FeedRow, FileDescription, read_row
from identity.intake.readers.ahead import read_ahead
from identity.intake.readers.files import NDJSON, FileRefusedError, Layout, RawRow, check_whole, rows_of
from identity.intake.spool import Spool
from identity.intake.staging import StagedRow, Staging, area_pattern
from identity.persons.domain.categories import Category
from identity.persons.domain.resident_id import parse_resident_id
from identity.persons.domain.statement import stated_at
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
_LOOK_SECONDS: Final = 1.0
_NEXT_SQL: Final = """
SELECT b.batch_id FROM feed_batches b
LEFT JOIN feed_endings e USING (batch_id) LEFT JOIN feed_readings r USING (batch_id)
LEFT JOIN feed_judgements j USING (batch_id)
WHERE e.batch_id IS NULL AND (r.batch_id IS NULL OR NOT r.held OR j.judgement = 'RELEASED')
ORDER BY b.received_at, b.batch_id LIMIT 1
"""
_BARRIERS_SQL: Final = """
SELECT b.category, b.area, b.as_of, b.number FROM feed_batches b JOIN feed_endings e USING (batch_id)
WHERE b.department = $1 AND b.kind = 'full' AND e.status = 'APPLIED' AND b.batch_id <> $2
"""
_PENDING_SQL: Final = """
SELECT line, row, person_id, membership_id FROM feed_lines
WHERE batch_id = $1 AND outcome = 'PENDING' ORDER BY line LIMIT $2
"""
_LAYOUT: Final = Layout.of(COLUMNS, REQUIRED)
_LAYOUT_WITH_CATEGORY: Final = Layout.of(COLUMNS, (*REQUIRED, "category"))
_LOST: Final = FileProblem("FEED_FILE_LOST", "the file is no longer kept; send it under a new number")
_OUTCOMES_SQL: Final = (
    "SELECT outcome, count(*) AS lines FROM feed_lines WHERE batch_id = $1 GROUP BY outcome ORDER BY outcome"
)


class FeedWorker:
    """One elected instance works through the batches of all departments."""

    def __init__(self, runtime: Runtime, vault: Vault, spool: Spool, clock: Clock, settings: FeedSettings) -> None:
        self._runtime = runtime
        self._vault = vault
        self._spool = spool
        self._clock = clock
        self._settings = settings
        self._staging = Staging(runtime)
        self._groups = Groups(runtime, vault)
        #: Set when a batch arrives or is released, so that the worker need not wait for its next look.
        self.called = Signal()

    async def run(self) -> None:
        """Work until cancelled; a batch that was begun before goes on where it was."""
        await self._spool.sweep()
        while True:
            batch_id = await self._runtime.store.pool.fetchval(_NEXT_SQL)
            if batch_id is None:
                await self.called.wait(_LOOK_SECONDS)
                continue
            await self._work_on(batch_id)

    async def _work_on(self, batch_id: str) -> None:
        _, past = await self._runtime.store.load(f"feed/{batch_id}")
        state = DECIDER.fold(past)
        assert state is not None, "a batch in the read table was received"
        batch = state.batch
        file = await self._spool.open(batch_id)
        if file is None:
            await self._decide(batch, RefuseFile(_LOST), "refuse")
            return
        try:
            barriers = await self._barriers(batch)
            if state.status is BatchStatus.RECEIVED:
                _check_newest(batch, barriers)
                state = await self._read(batch, file)
            if state.status is BatchStatus.APPLYING:
                await self._apply(batch, file, barriers)
        except FileRefusedError as error:
            await self._decide(batch, RefuseFile(error.problem), "refuse")
        finally:
            file.close()
        if state.status is not BatchStatus.HELD:
            await self._spool.drop(batch_id)

    async def _read(self, batch: Batch, file: BinaryIO) -> State:
        await self._staging.clear(batch.batch_id)
        with closing(_rows(file, batch)) as rows:
            async with aclosing(read_ahead(lambda: self._some(rows, batch))) as pieces:
                async for staged in pieces:
                    await self._staging.add(batch.batch_id, staged)
                    await self._staging.progress(batch.batch_id, staged[-1].row)
        counts: Counts = await self._staging.compare(batch)
        finished = FinishReading(counts, self._settings.ending_basis_points_max)
        return await self._decide(batch, finished, "read")

    def _some(self, rows: Iterator[RawRow], batch: Batch) -> list[StagedRow]:
        description = description_of(batch)
        staged: list[StagedRow] = []
        try:
            for raw in rows:
                staged.append(self._staged(raw, description))
                if len(staged) == _READ_ROWS:
                    break
        except (UnicodeError, RecursionError) as error:
            detail = f"the file cannot be read on ({type(error).__name__}); save it anew and send it whole"
            raise FileRefusedError("FEED_FILE_BROKEN", detail, staged[-1].row + 1 if staged else None) from error
        return staged

    def _staged(self, raw: RawRow, description: FileDescription) -> StagedRow:
        try:
            row = parsed(raw, description)
        except Refused as refused:
            check_whole(raw, refused)
            return StagedRow(raw.number, self._hash_if_any(raw, description), code=refused.code, detail=refused.detail)
        said = row.statement
        return StagedRow(
            raw.number,
            self._vault.hash_of(row.holder.resident_id.number),
            self._vault.hash_of(row.holder.name),
            said.category,
            said.group,
            said.poverty_status,
            said.exit_date,
            said.valid_from,
            said.valid_to,
            row.died_on,
        )

    def _hash_if_any(self, raw: RawRow, description: FileDescription) -> str | None:
        number = number_in(raw, description)
        return None if number is None else self._vault.hash_of(number)

    async def _apply(self, batch: Batch, file: BinaryIO, barriers: Sequence[Barrier]) -> None:
        with closing(_rows(file, batch)) as rows:
            await self._apply_lines(batch, _Rows(rows, description_of(batch)), barriers)
        counted = await self._runtime.store.pool.fetch(_OUTCOMES_SQL, batch.batch_id)
        await self._decide(batch, FinishApplying({row["outcome"]: row["lines"] for row in counted}), "applied")

    async def _apply_lines(self, batch: Batch, rows: "_Rows", barriers: Sequence[Barrier]) -> None:
        applied = 0
        while lines := await self._pending(batch):
            wanted = [line.row for line in lines if line.row is not None]
            found = await asyncio.to_thread(rows.up_to, wanted)
            context = self._context(batch, f"lines/{lines[0].line}")
            receipts = await self._groups.apply(context, batch, lines, found, barriers)
            await self._groups.write(batch.batch_id, receipts)
            applied += len(lines)
            await self._staging.progress(batch.batch_id, lines_applied=applied)

    async def _pending(self, batch: Batch) -> list[Line]:
        size = self._settings.group_lines
        return [Line(*row) for row in await self._runtime.store.pool.fetch(_PENDING_SQL, batch.batch_id, size)]

    async def _barriers(self, batch: Batch) -> list[Barrier]:
        rows = await self._runtime.store.pool.fetch(_BARRIERS_SQL, batch.department, batch.batch_id)
        return [
            Barrier(Category(row["category"]), area_pattern(row["area"]), stated_at(row["as_of"], row["number"]))
            for row in rows
        ]

    async def _decide(self, batch: Batch, command: Command, step: str) -> State:
        stream_id = f"feed/{batch.batch_id}"

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(stream_id)
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            return Outcome((StreamAppend(stream, events),), {"batch_id": batch.batch_id})

        await self._runtime.path.run(self._context(batch, step), attempt)
        _, past = await self._runtime.store.load(stream_id)
        state = DECIDER.fold(past)
        assert state is not None
        _log.info("feed batch", batch=batch.number, department=batch.department, status=state.status)
        return state

    def _context(self, batch: Batch, step: str) -> CommandContext:
        return CommandContext.of_service(
            "feed", f"{batch.batch_id}/{step}", self._clock(), correlation_id=batch.batch_id
        )


class _Rows:
    """A second walk through a file, for the rows that are applied."""

    def __init__(self, rows: Iterator[RawRow], description: FileDescription) -> None:
        self._rows = rows
        self._description = description

    def up_to(self, wanted: Sequence[int]) -> dict[int, FeedRow]:
        found: dict[int, FeedRow] = {}
        left = set(wanted)
        while left:
            raw = next(self._rows)
            if raw.number in left:
                left.discard(raw.number)
                found[raw.number] = parsed(raw, self._description)
        return found


def _rows(file: BinaryIO, batch: Batch) -> Generator[RawRow, None, None]:
    return rows_of(file, batch.media_type, _layout_of(batch))


def _layout_of(batch: Batch) -> Layout:
    # In NDJSON every line names its own columns: one without a category is that line's fault.
    named = batch.category is not None or batch.media_type == NDJSON
    return _LAYOUT if named else _LAYOUT_WITH_CATEGORY


def description_of(batch: Batch) -> FileDescription:
    """What holds for every row of a batch."""
    return FileDescription(
        department=batch.department,
        category=batch.category,
        evidence=evidence_of(batch),
        stated=stated_at(batch.as_of, batch.number),
        today=china_date(batch.received_at),
        divisions=batch.divisions,
    )


def parsed(raw: RawRow, description: FileDescription) -> FeedRow:
    """The row, or the Refused that its cells came with or bring about."""
    if raw.refused is not None:
        raise raw.refused
    return read_row(raw.cells, description)


def number_in(raw: RawRow, description: FileDescription) -> str | None:
    """The ID number of a refused row, where at least that can be read."""
    try:
        return parse_resident_id(raw.cells.get("id_number", ""), today=description.today).number
    except Refused:
        return None


def _check_newest(batch: Batch, barriers: Sequence[Barrier]) -> None:
    if batch.category is None or batch.area is None:
        return
    stated, prefix = stated_at(batch.as_of, batch.number), area_pattern(batch.area).removesuffix("%")
    for barrier in barriers:
        other = barrier.pattern.removesuffix("%")
        overlaps = prefix.startswith(other) or other.startswith(prefix)
        if barrier.category is batch.category and overlaps and barrier.stated > stated:
            raise FileRefusedError("FEED_OLDER_THAN_LIST", "a newer list of this category and area was applied before")
