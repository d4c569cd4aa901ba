"""The desk's HTTP application: its routers, its codes, its bounds.

Each module in ``_DOORS`` has ``CODES`` and ``router(desk)``; a new door is a module there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import ModuleType
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from kernel.http import ErrorCode, create_app
from kernel.http.described import described_in
from kernel.writing.database import administering
from onestop.desk import (
    alarms,
    as_of,
    day_files,
    differences,
    looks,
    reconciliations,
    traces,
    what_if_answers,
    what_ifs,
)
from onestop.desk.desk import NAME, Desk

_DOORS: Final[tuple[ModuleType, ...]] = (
    traces,
    as_of,
    looks,
    differences,
    reconciliations,
    day_files,
    what_ifs,
    what_if_answers,
    alarms,
)
CODES: Final[tuple[ErrorCode, ...]] = tuple({entry.code: entry for door in _DOORS for entry in door.CODES}.values())
#: Each request has one session of the database, and one that asks for what runs long has three: these are bounded, too.
IN_FLIGHT_MAX: Final = 8
TIMEOUT_SECONDS: Final = 30.0


def build(desk: Desk, *, timeout_seconds: float = TIMEOUT_SECONDS) -> FastAPI:
    """The desk in the given surroundings; it holds no connection while nobody asks."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await desk.jobs.stop()

    return create_app(
        title=NAME,
        version="0.1.0",
        description="What operations asks of the whole platform: stories, what held when, and who looked.",
        routers=[door.router(desk) for door in _DOORS],
        authenticator=desk.authenticator,
        readiness={"database": partial(_ready, desk)},
        lifespan=lifespan,
        registry=CollectorRegistry(),
        error_codes=CODES,
        in_flight_max=IN_FLIGHT_MAX,
        timeout_seconds=timeout_seconds,
        language=desk.language,
        describe=partial(described_in, __package__ or ""),
    )


async def _ready(desk: Desk) -> str | None:
    async with administering(desk.database) as session:
        known = await session.fetchval("SELECT to_regclass('looks.looks') IS NOT NULL")
    return None if known else "the database was not migrated: run `onestop migrate`"
