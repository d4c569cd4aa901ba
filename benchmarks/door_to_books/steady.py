"""One process with every service: at rest, and at steady rates."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.door_to_books.books import Way
from benchmarks.door_to_books.figures import Cost
from benchmarks.door_to_books.running import Transport, in_one_process
from benchmarks.door_to_books.scene import entered_scene
from onestop.embedded_postgres import EmbeddedPostgres

PEOPLE: Final = 200
REST_SECONDS: Final = 10
#: Before anything is measured: connections are opened and statements are planned.
_WARM_UP: Final = (50, 5)


class Steady(NamedTuple):
    """What the process costs at rest by the second, and at each rate by the settlement."""

    services: str
    rest: Cost
    at: dict[float, tuple[Cost, Sequence[Way]]]


async def measure_steady(
    server: EmbeddedPostgres, database: str, folder: Path, transport: Transport, rates: Sequence[float], seconds: float
) -> Steady:
    """Rest, then each rate for so many seconds."""
    with in_one_process(database, folder, transport) as pids:
        async with entered_scene(database, folder, pids, server.pid, people=PEOPLE) as scene:
            per_second, warm_seconds = _WARM_UP
            await scene.prepare(per_second * warm_seconds + sum(int(rate * seconds) for rate in rates))
            await scene.settle(per_second, warm_seconds)
            rest = await scene.rest(REST_SECONDS)
            print(f"{transport}: measuring process {pids[0]}, PostgreSQL {server.pid}", file=sys.stderr)
            at = {rate: await scene.settle(rate, seconds) for rate in rates}
    return Steady(f"one process, {transport}", rest, at)
