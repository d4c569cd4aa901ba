"""The coalescer: gathers what waits and hands it over in one go, so that concurrent work shares round trips."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
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
        self._waiting: deque[_Waiting[ItemT, ResultT]] = deque()
        #: Counted inside, in the same step as what it counts: who submits between a worker's last look and the end of
        #: its task must find it missing.
        self._working = 0
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def submit(self, item: ItemT) -> ResultT:
        """Wait for this item's result; raises what ``work`` gave as its exception."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, frozenset(self._keys_of(item)), future))
        if self._working < self._workers:
            self._working += 1
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _drain(self) -> None:
        try:
            while batch := self._take():
                _answer(batch, await self._results(batch))
        finally:
            self._working -= 1

    async def _results(self, batch: Sequence["_Waiting[ItemT, ResultT]"]) -> Sequence[ResultT | BaseException]:
        try:
            results = await self._work([waiting.item for waiting in batch])
            assert len(results) == len(batch), f"{len(results)} results of {len(batch)} items"
        except (Exception, asyncio.CancelledError) as error:
            # What the work waited for may have been cancelled, too. Who waits for the work must not wait for ever.
            return [error] * len(batch)
        return results

    def _take(self) -> list["_Waiting[ItemT, ResultT]"]:
        batch: list[_Waiting[ItemT, ResultT]] = []
        later: list[_Waiting[ItemT, ResultT]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(batch) < self._batch_max:
            waiting = self._waiting.popleft()
            if waiting.future.done():  # the one who waited has gone, and will send it again
                continue
            (later if waiting.keys & taken else batch).append(waiting)
            taken |= waiting.keys
        self._waiting.extendleft(reversed(later))
        return batch


def _answer(batch: Sequence["_Waiting[ItemT, ResultT]"], results: Sequence[ResultT | BaseException]) -> None:
    for waiting, result in zip(batch, results, strict=True):
        if waiting.future.done():  # went while it was worked on
            continue
        if isinstance(result, asyncio.CancelledError):
            waiting.future.cancel()
        elif isinstance(result, BaseException):
            waiting.future.set_exception(result)
        else:
            waiting.future.set_result(result)


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[ItemT, ResultT]):
    item: ItemT
    keys: frozenset[Hashable]
    future: "asyncio.Future[ResultT]"
