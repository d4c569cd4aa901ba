"""What a service is given from outside when it is built: where its data are, how it is spoken to, whom it trusts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from kernel.http import ErrorCode, Router, create_app
from kernel.messaging.event_log import EventLog
from kernel.running.clock import Clock, system_clock
from kernel.running.metrics import RuntimeCollector
from kernel.running.runtime import Runtime, ServiceParts
from kernel.security import Authenticator


class Host(msgspec.Struct, frozen=True):
    """One service's surroundings. ``database_user`` overrides the URL's user: the embedded run has one URL."""

    database_url: str
    log: EventLog
    authenticator: Authenticator
    database_user: str | None = None
    clock: Clock = system_clock

    def runtime(self, parts: ServiceParts) -> Runtime:
        """The runtime of a service in these surroundings, not started yet."""
        return Runtime(parts, self.database_url, self.log, user=self.database_user)


def application(
    runtime: Runtime,
    host: Host,
    *,
    description: str,
    routers: Sequence[Router],
    error_codes: Sequence[ErrorCode],
    on_start: Callable[[], Awaitable[None]] | None = None,
) -> FastAPI:
    """The HTTP application of a service; the runtime starts and stops with it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        try:
            if on_start is not None:
                await on_start()
            yield
        finally:
            await runtime.stop()

    registry = CollectorRegistry()
    registry.register(RuntimeCollector(runtime))
    return create_app(
        title=runtime.parts.name,
        version="0.1.0",
        description=description,
        routers=routers,
        authenticator=host.authenticator,
        readiness={"runtime": runtime.ready},
        lifespan=lifespan,
        registry=registry,
        error_codes=error_codes,
    )
