"""Serving: several applications in one process, started in order and stopped without breaking anything off."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI

from kernel.http import Address, Json, Router, allow, answer, serving
from kernel.security import Principal, Role

SCRIPT = Path(__file__).with_name("sleepy_service.py")


class Gate:
    """A request that waits at the gate until the test opens it."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()
        self.router = Router()

        @self.router.get("/gate/{word}")
        async def wait(word: str, _caller: Annotated[Principal, allow(*Role)]) -> Json[str]:
            self.entered.set()
            await self.opened.wait()
            self.notes.append(f"answer {word}")
            return answer(word)


def noting(notes: list[str], name: str) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        notes.append(f"start {name}")
        try:
            yield
        finally:
            notes.append(f"stop {name}")

    return lifespan


async def test_applications_start_in_order_and_stop_in_reverse(make_app: Any, tmp_path: Path) -> None:
    notes: list[str] = []
    socket = str(tmp_path / "b.sock")
    targets = [
        (make_app(lifespan=noting(notes, "a")), Address()),
        (make_app(lifespan=noting(notes, "b")), Address(unix_socket=socket)),
    ]
    async with serving(targets, drain_seconds=1) as running:
        assert running.addresses[1] == socket
        async with httpx.AsyncClient() as client:
            over_tcp = await client.get(f"{running.addresses[0]}/health/live")
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=socket)) as client:
            over_socket = await client.get("http://b/health/live")
    assert (over_tcp.status_code, over_socket.status_code) == (200, 200)
    assert notes == ["start a", "start b", "stop b", "stop a"]


async def test_a_request_in_flight_is_finished_and_new_ones_are_not_taken(make_app: Any, token: str) -> None:
    notes: list[str] = []
    gate = Gate(notes)
    app = make_app(routers=[gate.router], lifespan=noting(notes, "a"))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=10) as client:
        async with serving([(app, Address())]) as running:
            address = running.addresses[0]
            in_flight = asyncio.create_task(client.get(f"{address}/gate/hello"))
            await gate.entered.wait()
            running.stop()
            ready = await client.get(f"{address}/health/ready")
            leave = asyncio.create_task(open_when_refused(address, gate))
        await leave
        reply = await in_flight
    assert (ready.status_code, ready.json()) == (503, {"status": "draining"})
    assert (reply.status_code, reply.json()) == (200, "hello")
    assert notes == ["start a", "answer hello", "stop a"]


async def open_when_refused(address: str, gate: Gate) -> None:
    """Open the gate once the port no longer takes connections, so that the request ends after that."""
    port = int(address.rpartition(":")[2])
    async with asyncio.timeout(10):
        while not await is_refused(port):
            await asyncio.sleep(0.01)
    gate.opened.set()


async def is_refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    except ConnectionError:  # caught in the queue of the port while it was being closed: not refused yet
        return False
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return False


async def test_a_request_that_never_ends_is_cut_off_after_the_bound(make_app: Any, token: str) -> None:
    notes: list[str] = []
    gate = Gate(notes)
    app = make_app(routers=[gate.router], lifespan=noting(notes, "a"), timeout_seconds=3600)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        async with asyncio.timeout(10), serving([(app, Address())], drain_seconds=0) as running:
            in_flight = asyncio.create_task(client.get(f"{running.addresses[0]}/gate/hello"))
            await gate.entered.wait()
        (outcome,) = await asyncio.gather(in_flight, return_exceptions=True)
    assert not isinstance(outcome, httpx.Response) or outcome.status_code >= 500
    assert notes == ["start a", "stop a"]


async def test_hurrying_does_not_wait_for_requests_in_flight(make_app: Any, token: str) -> None:
    notes: list[str] = []
    gate = Gate(notes)
    app = make_app(routers=[gate.router], lifespan=noting(notes, "a"), timeout_seconds=3600)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        async with asyncio.timeout(10), serving([(app, Address())], drain_seconds=3600) as running:
            in_flight = asyncio.create_task(client.get(f"{running.addresses[0]}/gate/hello"))
            await gate.entered.wait()
            running.on_signal()
            running.on_signal()
        assert notes == ["start a", "stop a"]
        gate.opened.set()
        await asyncio.gather(in_flight, return_exceptions=True)


async def test_a_lifespan_that_does_not_end_is_given_up_after_the_bound(make_app: Any) -> None:
    @asynccontextmanager
    async def stuck(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with serving([(make_app(lifespan=stuck), Address())], close_seconds=0.05):
            pass


async def test_a_taken_port_stops_everything_that_was_started(make_app: Any) -> None:
    notes: list[str] = []
    async with serving([(make_app(), Address())]) as running:
        taken = Address(port=int(running.addresses[0].rpartition(":")[2]))
        with pytest.raises(OSError, match="cannot listen on"):
            async with serving([(make_app(lifespan=noting(notes, "a")), taken)]):
                pytest.fail("it listened on a taken port")
    assert notes == ["start a", "stop a"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_in_order(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(30):
        assert b"serving" in await process.stderr.readline()
        os.kill(process.pid, number)
        output, errors = await process.communicate()
    assert output.decode().split() == ["started", "stopped"]
    assert process.returncode == 0, errors.decode()


async def test_after_a_signal_it_serves_on_for_a_while_unready_and_a_second_one_ends_that() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), "600", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async with asyncio.timeout(30), httpx.AsyncClient() as client:
        (address,) = json.loads(await process.stderr.readline())["addresses"]
        assert (await client.get(f"{address}/health/ready")).status_code == 200
        os.kill(process.pid, signal.SIGTERM)
        assert b"stopping" in await process.stderr.readline()
        async with httpx.AsyncClient() as newcomer:
            unready = await newcomer.get(f"{address}/health/ready")
            assert (unready.status_code, unready.json()) == (503, {"status": "draining"})
            assert (await newcomer.get(f"{address}/health/live")).status_code == 200
        os.kill(process.pid, signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\n", b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /"])
async def test_a_head_that_is_never_finished_does_not_hold_its_connection(make_app: Any, head: bytes) -> None:
    async with serving([(make_app(), Address())], head_seconds=0.05) as running:
        host, port = running.addresses[0].removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        async with asyncio.timeout(4):  # uvicorn's own clock for idle connections runs five seconds
            await reader.read()
        writer.close()
        await writer.wait_closed()


async def test_a_head_that_comes_in_pieces_is_served(make_app: Any) -> None:
    async with serving([(make_app(), Address())], head_seconds=10) as running:
        host, port = running.addresses[0].removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for piece in (b"GET /health/live HT", b"TP/1.1\r\nHost: a\r\nConnection: close\r\n", b"\r\n"):
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()
