"""Working through files: one elected instance takes them in the order of their arrival."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import aclosing, closing
from typing import Any, BinaryIO, Final, Generic, TypeVar

import msgspec

from identity.intake.domain import FileProblem, FileRefusedError, Unread
from identity.intake.reading import Reading
from identity.intake.spool import Spool
from identity.intake.staging import Staging
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.values.decider import Decider
from kernel.writing.command_context import CommandContext
from kernel.writing.signals import Signal

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
RowT = TypeVar("RowT")
_LOOK_SECONDS: Final = 1.0
_PROGRESS_SQL: Final = """
INSERT INTO feed_progress (batch_id, rows_read, lines_applied) VALUES ($1, $2, $3)
ON CONFLICT (batch_id) DO UPDATE SET rows_read = GREATEST(feed_progress.rows_read, EXCLUDED.rows_read),
  lines_applied = EXCLUDED.lines_applied,
  updated_at = now()
"""


class FileKind(msgspec.Struct, Generic[CommandT, StateT], frozen=True):
    """A kind of file: what its streams begin with, who decides about it, whose turn it is, and what if it is lost."""

    name: str
    decider: Decider[CommandT, StateT | None, Any]
    next_sql: str
    lost: FileProblem


class FileWorker(ABC, Generic[CommandT, StateT, RowT]):
    """Works through one kind of file; a file that was begun before goes on where it was."""

    def __init__(self, runtime: Runtime, spool: Spool, requests: Requests, kind: FileKind[CommandT, StateT]) -> None:
        self._runtime = runtime
        self._spool = spool
        self._requests = requests
        self._kind = kind
        #: Set when a file's turn may have come, so that the worker need not wait for its next look.
        self.called = Signal()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._spool.sweep()
        while True:
            file_id = await self._runtime.store.pool.fetchval(self._kind.next_sql)
            if file_id is None:
                await self.called.wait(_LOOK_SECONDS)
                continue
            await self._work_on(file_id)

    @abstractmethod
    def _reading(self, state: StateT, file: BinaryIO) -> Reading[RowT]:
        """How a file is read."""

    @abstractmethod
    async def _bring_on(self, file_id: str, state: StateT, reading: Reading[RowT]) -> bool:
        """Bring a file to its end; false where a person must decide first. Raises FileRefusedError."""

    @abstractmethod
    def _refusal(self, problem: FileProblem) -> CommandT:
        """The command that refuses a file as a whole."""

    async def _work_on(self, file_id: str) -> None:
        state = await self._state(file_id)
        file = await self._spool.open(file_id)
        if file is None:
            await self._decide(file_id, self._refusal(self._kind.lost), "refuse")
            return
        with file, closing(self._reading(state, file)) as reading:
            try:
                ended = await self._bring_on(file_id, state, reading)
            except FileRefusedError as error:
                ended = True
                await self._decide(file_id, self._refusal(error.problem), "refuse")
        if ended:
            await self._spool.drop(file_id)

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
