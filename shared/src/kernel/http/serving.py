"""Serves applications in one process until a signal, then stops without breaking anything off."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Final

import msgspec
import structlog
import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from kernel.http.connections import HEAD_SECONDS, bounded_connection

_log = structlog.get_logger("kernel.http")
_BACKLOG: Final = 2048
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_STARTED_POLL_SECONDS: Final = 0.01


class Address(msgspec.Struct, frozen=True):
    """Where to listen: a TCP host and port (0 takes a free one), or a unix socket."""

    host: str = "127.0.0.1"
    port: int = 0
    unix_socket: str | None = None


class Serving:
    """Applications that are being served; ``addresses`` in the order given, with the real ports."""

    def __init__(self, apps: Sequence[FastAPI], servers: Sequence["_Server"]) -> None:
        self._apps = apps
        self._servers = servers
        self.addresses = [server.address() for server in servers]
        self.stop_asked = asyncio.Event()
        self.hurried = asyncio.Event()

    def stop(self) -> None:
        """Ask to stop: not ready from now on."""
        for app in self._apps:
            app.state.draining = True
        self.stop_asked.set()

    def hurry(self) -> None:
        """Stop without waiting any longer for requests in flight."""
        self.stop()
        self.hurried.set()
        for server in self._servers:
            server.force_exit = True

    def on_signal(self) -> None:
        """The first signal asks to stop, the second one to hurry."""
        if self.stop_asked.is_set():
            self.hurry()
        else:
            self.stop()


@asynccontextmanager
async def serving(
    targets: Sequence[tuple[FastAPI, Address]],
    *,
    drain_seconds: int = 10,
    close_seconds: float = 20,
    head_seconds: float = HEAD_SECONDS,
) -> AsyncIterator[Serving]:
    """Start lifespans in the order given, then listen; on leaving stop accepting, drain, end lifespans in reverse.

    Requests in flight get ``drain_seconds``, all lifespans together ``close_seconds``, the head of a request
    ``head_seconds``.
    """
    async with AsyncExitStack() as stack:
        close = asyncio.timeout(None)
        await stack.enter_async_context(close)
        for app, _ in targets:
            await stack.enter_async_context(app.router.lifespan_context(app))
        servers = [_Server(_config(app, address, drain_seconds, head_seconds)) for app, address in targets]
        sockets = [_listener(address, stack) for _, address in targets]
        tasks = [asyncio.create_task(server.serve(own)) for server, own in zip(servers, sockets, strict=True)]
        try:
            for server, task in zip(servers, tasks, strict=True):
                await server.wait_started(task)
            state = Serving([app for app, _ in targets], servers)
            for task in tasks:
                task.add_done_callback(lambda _task: state.stop())  # one server gone: the others go, too
            yield state
        finally:
            for (app, _), server in zip(targets, servers, strict=True):
                app.state.draining = True
                server.should_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)
            close.reschedule(asyncio.get_running_loop().time() + close_seconds)


async def serve(
    targets: Sequence[tuple[FastAPI, Address]],
    *,
    drain_seconds: int = 10,
    close_seconds: float = 20,
    linger_seconds: float = 0,
) -> None:
    """Serve until SIGTERM or SIGINT, and ``linger_seconds`` longer, not ready any more.

    Whoever sends requests here needs a moment to see that. A second signal stops waiting for anything.
    """
    loop = asyncio.get_running_loop()
    try:
        async with serving(targets, drain_seconds=drain_seconds, close_seconds=close_seconds) as state:
            for number in _SIGNALS:
                loop.add_signal_handler(number, state.on_signal)
            _log.info("serving", addresses=state.addresses)
            calm_collector()
            await state.stop_asked.wait()
            _log.info("stopping", after_seconds=linger_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(linger_seconds):
                    await state.hurried.wait()
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def calm_collector() -> None:
    """Spare the collector what lives as long as the process, and let it look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _listener(address: Address, stack: AsyncExitStack) -> list[socket.socket] | None:
    # uvicorn would end the whole process when it cannot bind; here it is an error like any other.
    if address.unix_socket is not None:
        return None
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listener = socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {address.host}:{address.port}: {error.strerror}") from error
    stack.callback(listener.close)
    return [listener]


def _config(app: FastAPI, address: Address, drain_seconds: int, head_seconds: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        uds=address.unix_socket,
        http=bounded_connection(head_seconds),
        ws="none",
        loop="uvloop",
        lifespan="off",  # run by serving(), which knows the order of several applications
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=drain_seconds,
    )


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to us."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def wait_started(self, task: asyncio.Task[None]) -> None:
        while not self.started:
            if task.done():
                task.result()
                raise OSError(f"the server of {self.config.uds or self.config.port} ended before it had started")
            await asyncio.sleep(_STARTED_POLL_SECONDS)

    def address(self) -> str:
        """The URL of a TCP server, or the path of a unix socket."""
        if self.config.uds is not None:
            return self.config.uds
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"
