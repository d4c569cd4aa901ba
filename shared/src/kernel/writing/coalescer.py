"""The coalescer: gathers what waits and hands it over in one go, so that concurrent work shares round trips."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Coalescer(Generic[ItemT, ResultT]):
    """Calls ``work`` with up to ``batch_max`` waiting items at a time, at most ``workers`` calls at once.

    A lone item goes straight through: nothing ever waits for a timer. ``work`` returns one result or exception
    an item. Two items that share one of their ``keys_of`` never are in one batch; the later one waits for the next.
    """

    def __init__(
        self,
        work: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT | BaseException]]],
        *,
        workers: int,
        batch_max: int,
        keys_of: Callable[[ItemT], Iterable[Hashable]] = lambda _item: (),
    ) -> None:
        self._work = work
        self._workers = workers
        self._batch_max = batch_max
        self._keys_of = keys_of
        self._waiting: deque[_Waiting[ItemT, ResultT]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: ItemT) -> ResultT:
        """Wait for this item's result; raises what ``work`` gave as its exception."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, frozenset(self._keys_of(item)), future))
        if len(self._tasks) < self._workers:
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
        return await future

    async def _drain(self) -> None:
        try:
            await self._work_off()
        finally:
            # At once, not when the loop comes to it: who submits in between must find a worker missing.
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _work_off(self) -> None:
        while batch := self._take():
            try:
                results = await self._work([waiting.item for waiting in batch])
            except Exception as error:
                results = [error] * len(batch)
            for waiting, result in zip(batch, results, strict=True):
                if waiting.future.done():  # the one who waited has gone
                    continue
                if isinstance(result, BaseException):
                    waiting.future.set_exception(result)
                else:
                    waiting.future.set_result(result)

    def _take(self) -> list["_Waiting[ItemT, ResultT]"]:
        batch: list[_Waiting[ItemT, ResultT]] = []
        later: list[_Waiting[ItemT, ResultT]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(batch) < self._batch_max:
            waiting = self._waiting.popleft()
            (later if waiting.keys & taken else batch).append(waiting)
            taken |= waiting.keys
        self._waiting.extendleft(reversed(later))
        return batch


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[ItemT, ResultT]):
    item: ItemT
    keys: frozenset[Hashable]
    future: "asyncio.Future[ResultT]"
