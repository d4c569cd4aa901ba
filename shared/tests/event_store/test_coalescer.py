"""The coalescer: whoever submits is served, in whatever order the loop comes to the workers and to those who wait."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import pytest

from kernel.testing.interleaving import interleavings
from kernel.writing.coalescer import Coalescer

Work = Callable[[Sequence[int]], Awaitable[Sequence[int | BaseException]]]


async def pauses(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def working(steps: int, batches: list[list[int]]) -> Work:
    """Answers an item with its double, after so many steps."""

    async def work(items: Sequence[int]) -> Sequence[int]:
        batches.append(list(items))
        await pauses(steps)
        return [item * 2 for item in items]

    return work


#: When each submits, the number of workers, and the steps of their work: some thousand orders each.
CASES = [((0, 0), 1, 0), ((0, 0), 2, 0), ((0, 0), 1, 1), ((0, 1), 1, 0), ((0, 2), 1, 0)]


@pytest.mark.parametrize(("submitters", "workers", "steps"), CASES)
def test_in_every_order_each_is_served_once(submitters: tuple[int, ...], workers: int, steps: int) -> None:
    async def scenario() -> None:
        batches: list[list[int]] = []
        coalescer: Coalescer[int, int] = Coalescer(working(steps, batches), workers=workers, batch_max=2)

        async def submit(item: int, after: int) -> None:
            await pauses(after)
            assert await coalescer.submit(item) == item * 2

        await asyncio.gather(*(submit(item, after) for item, after in enumerate(submitters)))
        assert sorted(itertools.chain(*batches)) == list(range(len(submitters)))

    assert len(set(interleavings(scenario))) > 1


@pytest.mark.parametrize("leaves_after", [0, 1])
def test_in_every_order_one_who_goes_leaves_the_others_served(leaves_after: int) -> None:
    async def scenario() -> None:
        coalescer: Coalescer[int, int] = Coalescer(working(1, []), workers=1, batch_max=1)
        going, staying = (asyncio.create_task(coalescer.submit(item)) for item in (1, 2))
        await pauses(leaves_after)
        going.cancel()
        assert await staying == 4
        with suppress(asyncio.CancelledError):
            assert await going == 2

    assert len(list(interleavings(scenario))) > 1


def failing(error: BaseException) -> Work:
    async def work(items: Sequence[int]) -> Sequence[int]:
        await pauses(1)
        if 1 in items:
            raise error
        return items

    return work


@pytest.mark.parametrize("error", [RuntimeError("away"), asyncio.CancelledError()])
def test_in_every_order_work_that_fails_fails_its_own_and_no_later_ones(error: BaseException) -> None:
    async def scenario() -> None:
        coalescer: Coalescer[int, int] = Coalescer(failing(error), workers=1, batch_max=1)
        first, second = (asyncio.create_task(coalescer.submit(item)) for item in (1, 2))
        with pytest.raises(type(error)):
            await first
        assert await second == 2

    assert len(list(interleavings(scenario))) > 1


def test_two_with_a_key_in_common_are_never_worked_on_together() -> None:
    async def scenario() -> None:
        batches: list[list[int]] = []
        work = working(0, batches)
        coalescer: Coalescer[int, int] = Coalescer(work, workers=1, batch_max=8, keys_of=lambda item: [item % 2])
        await asyncio.gather(*(coalescer.submit(item) for item in (1, 3)))
        assert not any({1, 3} <= set(batch) for batch in batches)

    assert len(list(interleavings(scenario))) > 1


async def test_work_that_gives_too_few_results_fails_loudly_and_keeps_nobody_waiting() -> None:
    async def work(_items: Sequence[int]) -> Sequence[int]:
        return []

    coalescer: Coalescer[int, int] = Coalescer(work, workers=1, batch_max=8)
    with pytest.raises(AssertionError, match="0 results of 1 items"):
        await coalescer.submit(1)


def test_an_order_in_which_all_wait_for_each_other_is_found() -> None:
    async def scenario() -> None:
        first, second = asyncio.Event(), asyncio.Event()

        async def one() -> None:
            await first.wait()
            second.set()

        async def two() -> None:
            await second.wait()
            first.set()

        await asyncio.gather(one(), two())

    with pytest.raises(AssertionError, match="everybody waits"):
        list(interleavings(scenario))
