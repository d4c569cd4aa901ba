"""The coalescer: whoever submits is served, also at the moment in which the last worker ends."""

import asyncio
from collections.abc import Sequence

from kernel.writing.coalescer import Coalescer


async def test_what_is_submitted_as_the_workers_end_finds_a_worker() -> None:
    async def work(items: Sequence[int]) -> Sequence[int]:
        return items

    coalescer: Coalescer[int, int] = Coalescer(work, workers=1, batch_max=8)
    for n in range(200):
        first = asyncio.create_task(coalescer.submit(n))
        for _ in range(n % 5):
            await asyncio.sleep(0)  # another place between the drain and its end each time
        async with asyncio.timeout(5):
            assert await coalescer.submit(-n) == -n
            assert await first == n
