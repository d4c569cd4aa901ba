"""The coalescer: gathers what waits and hands it over in one go, so that concurrent work shares round trips."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

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
        self._waiting: deque[tuple[ItemT, asyncio.Future[ResultT]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: ItemT) -> ResultT:
        """Wait for this item's result; raises what ``work`` gave as its exception."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._tasks) < self._workers:
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _drain(self) -> None:
        while batch := self._take():
            try:
                results = await self._work([item for item, _ in batch])
            except Exception as error:
                results = [error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():  # the one who waited has gone
                    continue
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _take(self) -> list[tuple[ItemT, asyncio.Future[ResultT]]]:
        batch: list[tuple[ItemT, asyncio.Future[ResultT]]] = []
        later: list[tuple[ItemT, asyncio.Future[ResultT]]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(batch) < self._batch_max:
            item, future = self._waiting.popleft()
            keys = set(self._keys_of(item))
            if keys & taken:
                later.append((item, future))
            else:
                batch.append((item, future))
            taken |= keys
        self._waiting.extendleft(reversed(later))
        return batch
