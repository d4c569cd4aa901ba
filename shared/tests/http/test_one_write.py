"""An answer's head and body leave in one system call, and nothing waits for what comes later."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from typing_extensions import override

from kernel.http.one_write import OneWriteProtocol


class Wire(asyncio.Transport):
    """A line that notes what is written to it, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes] = []
        self.closed = False

    @override
    def write(self, data: Any) -> None:
        self.calls.append(bytes(data))

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def pause_reading(self) -> None: ...

    @override
    def resume_reading(self) -> None: ...


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()
    made.add_route("/short", lambda _request: PlainTextResponse("done"))
    return made


async def asked(app: FastAPI, request: bytes, until: Callable[[Wire], bool]) -> Wire:
    config = uvicorn.Config(app, http=OneWriteProtocol, lifespan="off", log_config=None)
    config.load()
    wire = Wire()
    protocol = OneWriteProtocol(config, uvicorn.server.ServerState(), {}, asyncio.get_running_loop())
    protocol.connection_made(wire)
    protocol.data_received(request)
    async with asyncio.timeout(10):
        while not until(wire):
            await asyncio.sleep(0)
    return wire


async def test_head_and_body_leave_in_one_call(app: FastAPI) -> None:
    wire = await asked(app, b"GET /short HTTP/1.1\r\nHost: a\r\n\r\n", lambda line: bool(line.calls))
    assert len(wire.calls) == 1
    assert wire.calls[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.calls[0].endswith(b"\r\n\r\ndone")


async def test_what_was_written_is_sent_before_the_line_closes(app: FastAPI) -> None:
    request = b"GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    wire = await asked(app, request, lambda line: line.closed)
    assert [call[-4:] for call in wire.calls] == [b"done"]


async def test_a_head_does_not_wait_for_a_body_that_comes_later() -> None:
    seen = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        await seen.wait()
        yield b"later"

    app = FastAPI()
    app.add_route("/slow", lambda _request: StreamingResponse(body()))
    request = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
    wire = await asked(app, request, lambda line: bool(line.calls))
    assert wire.calls[0].endswith(b"\r\n\r\n")
    seen.set()
    async with asyncio.timeout(10):
        while not wire.calls[-1].endswith(b"0\r\n\r\n"):
            await asyncio.sleep(0)
    assert b"later" in b"".join(wire.calls)
