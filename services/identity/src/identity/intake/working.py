"""Working through files: one elected instance takes them in the order of their arrival."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import aclosing, closing
from time import monotonic
from typing import Any, BinaryIO, Final, Generic, TypeVar

import msgspec

from identity.intake.domain import FileProblem, FileRefusedError, Unread, both
from identity.intake.readers.process import ReaderFailedError
from identity.intake.reading import Reading
from identity.intake.spool import Spool
from identity.intake.staging import Staging
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.values.decider import Decider
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.passing import passes_by_itself
from kernel.writing.signals import Signal, asked_to_end

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
RowT = TypeVar("RowT")
_LOOK_SECONDS: Final = 1.0
#: After its first failure a file is let alone for twice this, then for longer.
_PAUSE_SECONDS: Final = 1.0
_PAUSE_MAX_SECONDS: Final = 300.0
_TIMES_MAX: Final = 3
_FAILED: Final = FileProblem(
    "FEED_FILE_FAILED",
    both(
        "处理这份文件时系统出错，文件没有生效；管理员已收到告警，请稍后换一个批次号再报送",
        "this program failed at the file, and nothing of it was applied; send it again later under a new number",
    ),
)
_PROGRESS_SQL: Final = """
INSERT INTO feed_progress (batch_id, rows_read, lines_applied) VALUES ($1, $2, $3)
ON CONFLICT (batch_id) DO UPDATE SET rows_read = GREATEST(feed_progress.rows_read, EXCLUDED.rows_read),
  lines_applied = EXCLUDED.lines_applied,
  updated_at = now()
"""


class FileKind(msgspec.Struct, Generic[CommandT, StateT], frozen=True):
    """A kind of file: what its streams begin with, who decides about it, whose turn it is, and what if it is lost.

    ``next_sql`` gives the next file of a lane ($1) that is none of some ($2). Files of different ``lanes`` do not wait
    for each other.
    """

    name: str
    decider: Decider[CommandT, StateT | None, Any]
    next_sql: str
    lost: FileProblem
    lanes: tuple[str, ...] = ("all",)


class Trouble(msgspec.Struct, frozen=True):
    """A file at which this program failed: how often, and until when it is let alone."""

    times: int
    until: float


class FileWorker(ABC, Generic[CommandT, StateT, RowT]):
    """Works through one kind of file; a file that was begun before goes on where it was.

    A file at which this program fails lets the others of its lane pass. It is tried again, then refused, or, where a
    part of it was applied, tried again now and then; meanwhile it is a trouble of the service, with metric and alarm.
    """

    def __init__(self, runtime: Runtime, spool: Spool, requests: Requests, kind: FileKind[CommandT, StateT]) -> None:
        self._runtime = runtime
        self._spool = spool
        self._requests = requests
        self._kind = kind
        self._troubles: dict[str, Trouble] = {}
        self._called = {lane: Signal() for lane in kind.lanes}
        self._job = f"{kind.name} files"

    def call(self) -> None:
        """Say that a file's turn may have come, so that the worker need not wait for its next look."""
        for called in self._called.values():
            called.set()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._spool.sweep()
        lanes = [asyncio.create_task(self._work_in(lane)) for lane in self._kind.lanes]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def _work_in(self, lane: str) -> None:
        while not asked_to_end():
            now = monotonic()
            waiting = [file_id for file_id, trouble in self._troubles.items() if trouble.until > now]
            file_id = await self._runtime.store.pool.fetchval(self._kind.next_sql, lane, waiting)
            if file_id is None:
                await self._called[lane].wait(_LOOK_SECONDS)
                continue
            await self._try(file_id)

    async def _try(self, file_id: str) -> None:
        try:
            await self._work_on(file_id)
        except Refused as refused:
            # Somebody threw the file away while it was worked on.
            if self._is_over(await self._state(file_id)):
                self._over(file_id)
            else:
                await self._trouble(file_id, refused)
        except Exception as error:
            if passes_by_itself(error) or isinstance(error, ReaderFailedError):
                raise  # nothing is wrong with the file: all of this is tried again
            await self._trouble(file_id, error)
        else:
            self._over(file_id)

    async def _trouble(self, file_id: str, error: Exception) -> None:
        """Let a file alone for a while; refuse it where nothing of it was applied yet, and it failed too often."""
        before = self._troubles.get(file_id)
        times = 1 if before is None else before.times + 1
        pause = min(_PAUSE_SECONDS * 2**times, _PAUSE_MAX_SECONDS)
        self._troubles[file_id] = Trouble(times, monotonic() + pause)
        self._runtime.troubles.failed(self._job, error)
        if times < _TIMES_MAX:
            return
        try:
            state = await self._decide(file_id, self._refusal(_FAILED), "refuse")
        except Refused:
            return  # a part of it is applied
        await self._spool.drop(self._kept_as(file_id, state))
        self._over(file_id)

    def _over(self, file_id: str) -> None:
        """There is no trouble with a file any more."""
        if self._troubles.pop(file_id, None) is not None and not self._troubles:
            self._runtime.troubles.works(self._job)

    @abstractmethod
    async def _reading(self, state: StateT, file: BinaryIO) -> Reading[RowT]:
        """How a file is read."""

    @abstractmethod
    async def _bring_on(self, file_id: str, state: StateT, reading: Reading[RowT]) -> bool:
        """Bring a file on; false where it is kept: for a person to decide first, or for its receipt.

        Raises FileRefusedError.
        """

    @abstractmethod
    def _is_over(self, state: StateT) -> bool:
        """Whether there is nothing more to do for a file."""

    @abstractmethod
    def _refusal(self, problem: FileProblem) -> CommandT:
        """The command that refuses a file as a whole."""

    def _kept_as(self, file_id: str, _state: StateT) -> str:
        """Under which name a file is kept."""
        return file_id

    async def _work_on(self, file_id: str) -> None:
        state = await self._state(file_id)
        kept_as = self._kept_as(file_id, state)
        file = await self._spool.open(kept_as)
        if file is None:
            await self._decide(file_id, self._refusal(self._kind.lost), "refuse")
            return
        with file, closing(await self._reading(state, file)) as reading:
            try:
                is_done_with = await self._bring_on(file_id, state, reading)
            except FileRefusedError as error:
                is_done_with = True
                await self._decide(file_id, self._refusal(error.problem), "refuse")
        if is_done_with:
            await self._spool.drop(kept_as)

    async def _stage(
        self, file_id: str, reading: Reading[RowT], staging: Staging, staged: Callable[[int, RowT | Unread], Any]
    ) -> None:
        """Read a file to its end; ``staged`` is a row as it is compared, None where it is not."""
        async with aclosing(reading.pieces(staged)) as pieces:
            async for piece in pieces:
                await staging.add(file_id, [row for _, row in piece if row is not None])
                await self._progress(file_id, piece[-1][0])

    async def _decide(self, file_id: str, command: CommandT, step: str) -> StateT:
        """Decide a step of a file, which counts once; its state afterwards."""
        context, stream_id = self._context(file_id, step), f"{self._kind.name}/{file_id}"
        await self._runtime.path.decide(context, self._kind.decider, stream_id, command, lambda _: {"file_id": file_id})
        return await self._state(file_id)

    async def _state(self, file_id: str) -> StateT:
        _, state = await self._runtime.path.standing(self._kind.decider, f"{self._kind.name}/{file_id}")
        assert state is not None, "a file in the read table was received"
        return state

    def _context(self, file_id: str, step: str) -> CommandContext:
        now = self._requests.clock()
        return CommandContext.of_service(self._kind.name, f"{file_id}/{step}", now, correlation_id=file_id)

    async def _progress(self, file_id: str, rows_read: int = 0, lines_applied: int = 0) -> None:
        """Say how far a file is."""
        await self._runtime.store.pool.execute(_PROGRESS_SQL, file_id, rows_read, lines_applied)
