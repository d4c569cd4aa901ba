"""Replay comes to the same whatever the seed of hashes, the size of a page and the number of processes."""

import asyncio
import os
import sys
from typing import Final

import pytest

_PROGRAM: Final = """
import asyncio, sys
from kernel.writing.event_store import log
from onestop.replay import verify
if __name__ == "__main__":
    log.PAGE = int(sys.argv[2])
    verdict = asyncio.run(verify(sys.argv[1], int(sys.argv[3])))
    print(verdict.events > 0, verdict.differences)
"""


@pytest.mark.parametrize(("seed", "page", "processes"), [("0", 5000, 1), ("1", 3, 1), ("77", 64, 2)])
async def test_the_same_rows_for_any_seed_page_and_number_of_processes(
    restored: str, seed: str, page: int, processes: int
) -> None:
    ended = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, restored, str(page), str(processes)),
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await ended.communicate()
    assert (ended.returncode, said.decode().strip()) == (0, "True ()"), wrong.decode()[-2000:]
