"""A hospital's server, as webhooks call it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Receiver:
    """A hospital's server: notes what comes, and answers as it is told to."""

    def __init__(self) -> None:
        self.status = 204
        self.silent = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    @property
    def kinds(self) -> list[str]:
        return [item["kind"] for _, body in self.came for item in json.loads(body)["items"]]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.came.append(({**headers, ":target": head[0]}, await reader.readexactly(int(headers["content-length"]))))
        if self.silent:
            await reader.read()  # until the sender hangs up
        await self.answers.wait()
        writer.write(f"HTTP/1.1 {self.status} X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def receiving(secured: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0, ssl=secured)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"{'https' if secured else 'http'}://localhost:{port}/his/hook"
    async with server:
        yield receiver
