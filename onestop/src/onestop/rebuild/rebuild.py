"""Rebuilding: copies are filled page by page while everything goes on, and exchanged under a lock of a moment."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import msgspec

from kernel.running.leadership import lock_number
from kernel.running.service import Service
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.log import PAGE, read_log, require_at_hand, unnumbered_tail
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change, write
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES
from onestop.rebuild.heard import consumers_of, parked_of, walk
from onestop.rebuild.progress import RebuildProgress, begin_anew, done_before, keep, program_of
from onestop.rebuild.table import exchange, make_copy, same_form
from onestop.services import SERVICES

#: How long whoever writes may wait for the exchange at most; then they go first, and it is tried again.
_LOCK_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 0.2
_ATTEMPTS_MAX: Final = 60
#: So few events may be left when the lock is taken.
_LEFT_MAX: Final = 500
#: So many pages of another's log may be looked through then.
_LEFT_PAGES_MAX: Final = 2
_LAST_SQL: Final = "SELECT COALESCE(max(gseq), 0) FROM event_log"


class RebuildError(Exception):
    """The rebuild cannot be done as things are; says what is in the way, and what would be right."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild came to: the events that were read, and for how long writers were held up by the exchange."""

    events: int
    held_seconds: float
    attempts: int


Advance = Callable[[int, int], None]


async def rebuild(admin_url: str, name: str, tables: Sequence[str], advance: Advance) -> Rebuilt:
    """Build some read tables of a service anew and put them in the place of the live ones, in one step.

    ``advance`` is told how far it is of how much. Broken off anywhere, the live tables are as they were, and the next
    one with the same program goes on. Raises RebuildError, and ArchivedError where events are not at hand.
    """
    service = SERVICES[name]
    wanted = _known(service, tables)
    async with _alone(admin_url, service) as connection:
        work = _Rebuild(connection, service, wanted, advance)
        await work.begin()
        return await work.through()


def _known(service: Service, tables: Sequence[str]) -> tuple[str, ...]:
    known = {str(table.name) for table in service.read_model.tables}
    for table in tables:
        if table not in known:
            raise RebuildError(f"{service.parts.name} has no projection {table}; it has {', '.join(sorted(known))}")
    return tuple(sorted(set(tables) or known))


@asynccontextmanager
async def _alone(admin_url: str, service: Service) -> AsyncIterator[SingleConnection]:
    async with administering(admin_url, search_path=service.schema, **FOR_AS_LONG_AS_IT_TAKES) as connection:
        lock = lock_number(f"rebuild-{service.schema}")
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            raise RebuildError(f"somebody rebuilds projections of {service.parts.name} at this moment")
        yield connection


class _TooMuchLeftError(Exception):
    """More events came while the lock was waited for than it may be held for."""


class _Rebuild:
    def __init__(
        self, connection: SingleConnection, service: Service, tables: tuple[str, ...], advance: Advance
    ) -> None:
        self._connection = connection
        self._service = service
        self._live = service.schema
        self._beside = f"rebuild_{service.schema}"
        self._advance = advance
        self._heard = consumers_of(service)
        self._progress = RebuildProgress(tables=tables, program=program_of(service))
        self._events = 0

    async def begin(self) -> None:
        """Make the copies, or go on with those of a rebuild that was broken off."""
        await require_at_hand(self._connection)
        for heard in self._heard:
            if count := await parked_of(self._connection, heard):
                raise RebuildError(
                    f"{heard.heard.consumer} has {count} parked messages of topic {heard.heard.contract.topic}, whose "
                    "rows may still come: retry or void them first, see `onestop parked list`"
                )
        async with self._connection.transaction():
            done = await done_before(self._connection, self._beside, self._progress.tables, self._progress.program)
            if done is not None and await self._same_forms():
                self._progress = done
                return
            await begin_anew(self._connection, self._beside)
            for table in self._progress.tables:
                await make_copy(self._connection, self._live, self._beside, table)
            await keep(self._connection, self._beside, self._progress)

    async def through(self) -> Rebuilt:
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            await self._catch_up()
            for table in self._progress.tables:
                await self._connection.execute(f'ANALYZE "{self._beside}"."{table}"')
            held = await self._exchange()
            if held is not None:
                await self._connection.execute(f'DROP SCHEMA "{self._beside}" CASCADE')
                return Rebuilt(events=self._events, held_seconds=held, attempts=attempt)
            await asyncio.sleep(_PAUSE_SECONDS)
        raise RebuildError(
            f"in {_ATTEMPTS_MAX} attempts nobody let the exchange come between; what was built stays, and the next "
            "rebuild goes on with it"
        )

    async def _catch_up(self) -> None:
        """Read what is numbered, page by page, each page and its place in one transaction."""
        while page := await read_log(
            self._connection, self._service.parts.registry, after=self._progress.gseq, limit=PAGE
        ):
            async with self._connection.transaction():
                await self._write(self._of_events(page))
                await self._went(gseq=page[-1].gseq)
            self._events += len(page)
            self._advance(self._progress.gseq, await self._connection.fetchval(_LAST_SQL))
        for heard in self._heard:
            async for changes, so_far in walk(self._connection, self._live, heard, self._progress.heard, last=False):
                async with self._connection.transaction():
                    await self._write(changes)
                    await self._went(heard={**self._progress.heard, heard.key: so_far})

    async def _exchange(self) -> float | None:
        """Take in what is left while nobody writes, and exchange; None where others would have had to wait too long."""
        clock = asyncio.get_running_loop().time
        before = self._progress
        try:
            # The picture begins with the first question, which comes after the locks: it has all that was written.
            async with self._connection.transaction(isolation="repeatable_read"):
                await self._connection.execute(f"SET LOCAL lock_timeout = '{int(_LOCK_SECONDS * 1000)}ms'")
                # Who appends holds the first; who keeps rows of messages, and who reads, the others.
                await self._connection.execute("LOCK TABLE ONLY events IN SHARE ROW EXCLUSIVE MODE")
                began = clock()
                tables = ", ".join(f'"{table}"' for table in self._progress.tables)
                await self._connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
                await self._take_the_rest()
                await self._derive()
                await self._check_forms()
                await exchange(self._connection, self._live, self._beside, self._progress.tables)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, _TooMuchLeftError):
            self._progress = before
            return None
        return clock() - began

    async def _same_forms(self) -> bool:
        return not [table async for table in self._other_forms()]

    async def _check_forms(self) -> None:
        async for table in self._other_forms():
            raise RebuildError(f"{table} was given another form meanwhile: run the rebuild again with that program")

    async def _other_forms(self) -> AsyncIterator[str]:
        for table in self._progress.tables:
            if not await same_form(self._connection, self._live, self._beside, table):
                yield table

    async def _take_the_rest(self) -> None:
        registry = self._service.parts.registry
        left = await read_log(self._connection, registry, after=self._progress.gseq, limit=_LEFT_MAX + 1)
        if len(left) > _LEFT_MAX:
            raise _TooMuchLeftError
        await self._write(self._of_events([*left, *await unnumbered_tail(self._connection, registry)]))
        for heard in self._heard:
            pages = 0
            async for changes, _ in walk(self._connection, self._live, heard, self._progress.heard, last=True):
                await self._write(changes)
                pages += 1
                if pages > _LEFT_PAGES_MAX:
                    raise _TooMuchLeftError

    async def _derive(self) -> None:
        """Work out what follows from other tables: from those that are built with it, else from the live ones."""
        for table, sql in self._service.read_model.derived.items():
            if table in self._progress.tables:
                await self._connection.execute(f'SET LOCAL search_path TO "{self._beside}", "{self._live}"')
                await self._connection.execute(sql)
                await self._connection.execute(f'SET LOCAL search_path TO "{self._live}"')

    def _of_events(self, entries: Iterable[LoggedEvent]) -> list[Change]:
        project = self._service.parts.project
        return [change for entry in entries for change in project(entry.recorded)]

    async def _write(self, changes: Iterable[Change]) -> None:
        mine = [change for change in changes if change.table.name in self._progress.tables]
        await self._connection.execute(f'SET LOCAL search_path TO "{self._beside}", "{self._live}"')
        await write(self._connection, mine)
        await self._connection.execute(f'SET LOCAL search_path TO "{self._live}"')

    async def _went(self, **done: object) -> None:
        self._progress = msgspec.structs.replace(self._progress, **done)
        await keep(self._connection, self._beside, self._progress)
