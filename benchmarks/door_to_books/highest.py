"""The highest rate that four processes hold from the door to the books, on Kafka."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.door_to_books.backlog import backlog, where_it_grows
from benchmarks.door_to_books.books import Way
from benchmarks.door_to_books.figures import Ceiling, Cost, load_row
from benchmarks.door_to_books.running import in_four_processes
from benchmarks.door_to_books.scene import Scene, entered_scene
from benchmarks.door_to_books.search import highest_held
from onestop.embedded_postgres import EmbeddedPostgres

PEOPLE: Final = 300
BOUND_SECONDS: Final = 300.0
_WARM_UP: Final = (50, 10)


class Trial(NamedTuple):
    """A rate that was tried, and where its backlog grew: at the ``door``, before the ``books``, or nowhere."""

    per_second: int
    seconds: int
    grew_at: str
    cost: Cost
    ways: Sequence[Way]


async def measure_highest(server: EmbeddedPostgres, database: str, folder: Path) -> list[Trial]:
    """All trials, the one that counts last."""
    deadline = time.monotonic() + BOUND_SECONDS
    trials: list[Trial] = []
    with in_four_processes(database, folder) as pids:
        async with entered_scene(database, folder, pids, server.pid, people=PEOPLE) as scene:
            await scene.prepare(_WARM_UP[0] * _WARM_UP[1])
            await scene.settle(*_WARM_UP)

            async def holds(per_second: int, seconds: int) -> bool:
                trial = await _trial(scene, per_second, seconds)
                trials.append(trial)
                return not trial.grew_at

            await highest_held(holds, lambda: (deadline - time.monotonic()) / BOUND_SECONDS)
    return trials


async def _trial(scene: Scene, per_second: int, seconds: int) -> Trial:
    await scene.prepare(per_second * seconds)
    cost, ways = await scene.settle(per_second, seconds)
    grew_at = where_it_grows(backlog(ways, per_second, seconds), per_second)
    print(f"{per_second}/s for {seconds} s: {f'grows at the {grew_at}' if grew_at else 'held'}", file=sys.stderr)
    return Trial(per_second, seconds, grew_at, cost, ways)


def highest_row(trials: Sequence[Trial], ceiling: Ceiling) -> tuple[str, ...]:
    """The highest rate that was held, and what happened above it."""
    failed = sorted((trial for trial in trials if trial.grew_at), key=lambda trial: trial.per_second)
    least = failed[0].per_second if failed else sys.maxsize
    held = [trial for trial in trials if not trial.grew_at and trial.per_second < least]
    best = max(held, key=lambda trial: (trial.seconds, trial.per_second), default=None)
    if best is None:
        return "four processes, kafka", f"not even {least}/s is held: it grows at the {failed[0].grew_at}"
    load = f"{best.per_second}/s held for {best.seconds} s"
    if failed:
        load += f"; at {least}/s the backlog grows at the {failed[0].grew_at}"
    of_rate = f", {best.per_second / ceiling.per_second:.3f} × rate"
    return load_row("four processes, kafka", load, best.cost, best.ways, ceiling, of_rate=of_rate)
