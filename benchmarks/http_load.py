"""A small HTTP/1.1 client that costs so little that it measures the server and not itself."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str) -> "Connection":
        """Connect to ``http://host:port``."""
        host, _, port = url.removeprefix("http://").partition(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def send(self, request: bytes) -> bytes:
        """Send one request and read its answer's body; raises RuntimeError unless it succeeds."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        length = int(lower[start : lower.index(b"\r\n", start)])
        body = await self._reader.readexactly(length)
        if not 200 <= status < 300:
            raise RuntimeError(f"{request.partition(b' HTTP')[0].decode()}: {status}: {body[:300]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def post(path: str, body: dict[str, Any], token: str, key: str) -> bytes:
    """The bytes of a POST."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def send_all(*urls: str, requests: Sequence[bytes], connections: int) -> tuple[float, list[bytes], list[float]]:
    """Send everything over so many connections as fast as answers come; gives seconds, bodies, and latencies.

    The connections are spread over the addresses.
    """
    waiting = list(enumerate(requests))[::-1]
    bodies: list[bytes] = [b""] * len(requests)
    latencies: list[float] = []

    async def work(url: str) -> None:
        connection = await Connection.open(url)
        while waiting:
            number, request = waiting.pop()
            began = time.perf_counter()
            bodies[number] = await connection.send(request)
            latencies.append(time.perf_counter() - began)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(work(urls[i % len(urls)]) for i in range(connections)))
    return time.perf_counter() - began, bodies, latencies


async def send_at_rate(url: str, requests: Sequence[bytes], *, per_second: float, connections: int) -> None:
    """Send one request after the other at a fixed rate, whatever the answers take."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await Connection.open(url))

    async def one(request: bytes) -> None:
        connection = await free.get()
        await connection.send(request)
        free.put_nowait(connection)

    await at_rate(one, requests, per_second)


async def at_rate(
    work: Callable[[ItemT], Awaitable[ResultT]], items: Sequence[ItemT], per_second: float
) -> list[ResultT]:
    """Begin with one item after the other at a fixed rate, whatever the work takes; gives what it came to."""
    began = time.perf_counter()
    tasks = []
    for number, item in enumerate(items):
        delay = began + number / per_second - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.ensure_future(work(item)))
    return await asyncio.gather(*tasks)
