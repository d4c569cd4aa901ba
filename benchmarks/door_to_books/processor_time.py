"""How much processor time processes have used, as /proc counts it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


def used_seconds(pids: Iterable[int]) -> float:
    """Seconds of these processes and all below them, those that have ended and were waited for included."""
    ticks, children = _table()
    waiting, total = list(pids), 0
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting += children.get(pid, [])
    return total / _TICKS_PER_SECOND


def _table() -> tuple[dict[int, int], dict[int, list[int]]]:
    """For each process its own ticks with those of its reaped children, and its living children."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name, in brackets, may hold anything; the fields after it are numbers.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended, and its parent counts it
        pid = int(folder.name)
        ticks[pid] = sum(map(int, fields[11:15]))
        children.setdefault(int(fields[1]), []).append(pid)
    return ticks, children
