"""A line between a program and a server that a test can cut: it stays open, and nothing goes through any more."""

import asyncio
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

_PIECE_BYTES: Final = 65536


class CuttableLine:
    """A port on this machine that leads to a server. After ``cut`` it is as if the network were gone: what is sent
    arrives nowhere, nobody is told, and new connections are accepted and stay silent.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, unix_socket: str | None = None) -> None:
        self._to = (host, port)
        self._unix_socket = unix_socket
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    def to_database(cls, url: str) -> "CuttableLine":
        """A line to the server of a database's address, which names a folder of sockets."""
        (folder,) = parse_qs(urlsplit(url).query)["host"]
        return cls(unix_socket=f"{folder}/.s.PGSQL.5432")

    async def open(self) -> int:
        """Begin to listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> None:
        """Let nothing through from now on."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again, also what waits."""
        self._whole.set()

    async def close(self) -> None:
        """End every connection."""
        assert self._server is not None, "the line was never opened"
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await self._whole.wait()
            far_reader, far_writer = await self._connect()
            try:
                await self._both_ways((reader, far_writer), (far_reader, writer))
            finally:
                await _closed(far_writer)
        await _closed(writer)
        self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._unix_socket is not None:
            return await asyncio.open_unix_connection(self._unix_socket)
        return await asyncio.open_connection(*self._to)

    async def _both_ways(self, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        tasks = [asyncio.create_task(self._carry(reader, writer)) for reader, writer in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE_BYTES):
            await self._whole.wait()
            writer.write(piece)
            await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
