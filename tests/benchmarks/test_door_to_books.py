"""What `make bench` concludes from a load's recorded times, and how it looks for the highest rate."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from benchmarks.door_to_books.backlog import backlog, where_it_grows
from benchmarks.door_to_books.books import Way
from benchmarks.door_to_books.processor_time import used_seconds
from benchmarks.door_to_books.search import HOLD_SECONDS, PROBE_SECONDS, highest_held


@pytest.mark.parametrize(
    ("settled_of", "booked_of", "grows_at"),
    [
        (lambda due: due + 0.01, lambda due: due + 0.3, ""),
        (lambda due: due + 0.01, lambda due: 1.3 * due, "books"),
        (lambda due: 1.3 * due, lambda due: 1.3 * due + 0.1, "door"),
    ],
)
def test_a_backlog_grows_where_less_comes_out_than_goes_in(
    settled_of: Callable[[float], float], booked_of: Callable[[float], float], grows_at: str
) -> None:
    due = [number / 100 for number in range(3000)]
    ways = [Way(settled_of(at), booked_of(at)) for at in due]
    assert where_it_grows(backlog(ways, 100, 30), 100) == grows_at


@pytest.mark.parametrize(("limit", "found"), [(460, 450), (600, 551), (150, 100), (50, None)])
async def test_the_highest_rate_is_stepped_up_to_refined_and_held_for_long(limit: int, found: int | None) -> None:
    tried: list[tuple[int, int]] = []

    async def holds(per_second: int, seconds: int) -> bool:
        tried.append((per_second, seconds))
        return per_second <= limit

    assert await highest_held(holds, lambda: 1.0) == found
    assert tried[0][1] == PROBE_SECONDS
    assert tried[-1] == (found or 100, HOLD_SECONDS)


async def test_steps_end_early_enough_to_hold_the_last_one_for_long() -> None:
    left = iter([1.0, 0.7, 0.4, 0.3, 0.2])
    tried: list[tuple[int, int]] = []

    async def holds(per_second: int, seconds: int) -> bool:
        tried.append((per_second, seconds))
        return True

    assert await highest_held(holds, lambda: next(left)) == 367
    assert tried == [(200, PROBE_SECONDS), (300, PROBE_SECONDS), (367, HOLD_SECONDS)]


def test_processor_time_counts_children_that_have_ended() -> None:
    before = used_seconds([os.getpid()])
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert used_seconds([os.getpid()]) - before >= 0.15
