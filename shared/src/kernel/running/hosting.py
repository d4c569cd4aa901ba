"""What a service is given from outside when it is built: where its data are, how it is spoken to, whom it trusts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from kernel.http import ErrorCode, Router, create_app
from kernel.http.described import described_in
from kernel.http.languages import ENGLISH
from kernel.messaging.event_log import EventLog
from kernel.messaging.publisher_keys import NO_KEYS, PublisherKeys
from kernel.running.clock import Clock, system_clock
from kernel.running.metrics import RuntimeCollector
from kernel.running.parked_messages.api import CODES as PARKED_CODES
from kernel.running.parked_messages.api import parked_messages
from kernel.running.parked_messages.commands import ParkedCommands
from kernel.running.parked_messages.queries import ParkedQueries
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime, ServiceParts
from kernel.security import Authenticator
from kernel.writing.database import Database


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """One service's surroundings."""

    database: Database
    log: EventLog
    authenticator: Authenticator
    clock: Clock = system_clock
    keys: PublisherKeys = NO_KEYS
    #: In which language refusals are told to callers who prefer neither: ``en`` or ``zh``.
    language: str = ENGLISH
    #: Whether every event goes whole to a topic of the service's own, too.
    keeps_log: bool = False

    def runtime(self, parts: ServiceParts) -> Runtime:
        """The runtime of a service in these surroundings, not started yet."""
        return Runtime(parts, self.database, self.log, keys=self.keys, keeps_log=self.keeps_log)


def application(
    runtime: Runtime,
    host: Host,
    *,
    description: str,
    routers: Sequence[Router],
    error_codes: Sequence[ErrorCode],
    on_start: Callable[[], Awaitable[None]] | None = None,
    collectors: Sequence[Collector] = (),
) -> FastAPI:
    """The HTTP application of a service; the runtime starts and stops with it. ``collectors`` are its own metrics."""

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
    for collector in (RuntimeCollector(runtime), *collectors):
        registry.register(collector)
    return create_app(
        title=runtime.parts.name,
        version="0.1.0",
        description=description,
        routers=[*routers, parked_messages(ParkedCommands(runtime), ParkedQueries(runtime), Requests(host.clock))],
        authenticator=host.authenticator,
        readiness={"database": runtime.ready},
        observe=runtime.observe,
        lifespan=lifespan,
        registry=registry,
        error_codes=(*error_codes, *PARKED_CODES),
        language=host.language,
        describe=partial(described_in, runtime.parts.schema),
    )
