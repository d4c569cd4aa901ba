"""The load: a process of its own that sends prepared requests at a fixed rate."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.http_load import send_at_rate

CONNECTIONS = 64


async def send_from_outside(folder: Path, url: str, requests: Sequence[bytes], per_second: float) -> float:
    """Send all and wait for the last answer; gives the moment, in seconds since 1970, when the first was due."""
    with (folder / "requests.json").open("w") as file:
        json.dump([request.decode() for request in requests], file)
    command = [sys.executable, "-m", "benchmarks.door_to_books.load", file.name, url, str(per_second)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("the load ended early; it says why on standard error")
    return float(printed)


def main(file: str, url: str, per_second: str) -> None:
    """Send the file's requests; prints when it began."""
    requests = [request.encode() for request in json.loads(Path(file).read_text())]
    print(time.time())
    uvloop.run(send_at_rate(url, requests, per_second=float(per_second), connections=CONNECTIONS))


if __name__ == "__main__":
    main(*sys.argv[1:])
