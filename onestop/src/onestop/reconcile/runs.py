"""Runs of the reconciliation as they are kept: one at a time, whoever asks for it, and none that goes on for ever."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Final

import asyncpg
import msgspec

from kernel.messaging.event_log import TransportAwayError
from kernel.messaging.survey import SurveyError
from kernel.running.leadership import lock_number
from kernel.values.refusals import Refused, conflict, not_found
from kernel.writing.database import SingleConnection, administering, open_session
from onestop.alone import held_sql, take
from onestop.reconcile.comparing import Compared
from onestop.reconcile.kept import SCHEMA, make_tables

#: Who runs it where nobody says a name: the nightly one.
NOBODY_SAID: Final = "onestop reconcile"
_LOCK: Final = lock_number("onestop-reconcile")
_COLUMNS: Final = "run_id, state, began_by, began_at, ended_at, names, found, moving, compared, failure"
_BEGIN_SQL: Final = f"""
INSERT INTO {SCHEMA}.reconciliations (state, began_by, backend) VALUES ('RUNNING', $1, pg_backend_pid())
RETURNING run_id
"""
_END_SQL: Final = f"""
UPDATE {SCHEMA}.reconciliations SET state = $2, ended_at = clock_timestamp(), names = $3, found = $4, moving = $5,
  compared = $6, failure = $7 WHERE run_id = $1 AND state = 'RUNNING'
"""
# A run has the lock from before its row is there until after the row says how it ended: a row that goes on without the
# lock is of a process that is gone. Who ends meanwhile changes the row, which is then looked at once more.
_SWEEP_SQL: Final = f"""
UPDATE {SCHEMA}.reconciliations r SET state = 'INTERRUPTED', ended_at = clock_timestamp()
WHERE state = 'RUNNING' AND NOT {held_sql("$1", "r.backend")}
"""
_RUNNING_SQL: Final = (
    f"SELECT {_COLUMNS} FROM {SCHEMA}.reconciliations WHERE state = 'RUNNING' ORDER BY run_id DESC LIMIT 1"
)
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM {SCHEMA}.reconciliations WHERE $1::bigint = 0 OR run_id < $1 ORDER BY run_id DESC LIMIT $2
"""
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM {SCHEMA}.reconciliations WHERE run_id = $1"


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "RUNNING"
    ENDED = "ENDED"
    FAILED = "FAILED"  # it could not look, or not at all of it
    INTERRUPTED = "INTERRUPTED"  # its process ended before it did


class SideBySide(msgspec.Struct, frozen=True):
    """What a run has compared of one pair: how many names each side has, and how many entries differed."""

    pair: str
    ours: int
    theirs: int
    differed: int


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Counts are None until it has ended; ``moving`` entries were still on their way, ``failure`` says why."""

    run_id: int
    state: RunState
    began_by: str
    began_at: datetime
    ended_at: datetime | None
    names: int | None
    found: int | None
    moving: int | None
    compared: tuple[SideBySide, ...]
    failure: str | None


class Begun:
    """A run that has begun: its session holds the lock until it is said how the run ended."""

    def __init__(self, run_id: int, session: SingleConnection) -> None:
        self.run_id = run_id
        self._session = session

    async def end(self, compared: Sequence[Compared], found: int, moving: int) -> None:
        """It ended, and so many differences were found."""
        sides = [SideBySide(one.pair, one.ours, one.theirs, len(one.entries)) for one in compared]
        names = sum(max(one.ours, one.theirs) for one in compared)
        said = msgspec.json.encode(sides).decode()
        await self._end(RunState.ENDED, names, found, moving, said, None)

    async def fail(self, error: BaseException) -> None:
        """It did not come to its end; what cannot be kept any more is found to be interrupted by whoever looks."""
        state = RunState.FAILED if isinstance(error, Exception) else RunState.INTERRUPTED
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._end(state, None, None, None, None, _said(error))

    async def _end(self, state: RunState, *said: object) -> None:
        try:
            await self._session.execute(_END_SQL, self.run_id, state.value, *said)
        finally:
            await self._session.close()


async def begin(admin_url: str, by: str = NOBODY_SAID) -> Begun:
    """Begin a run; raises Refused RECONCILIATION_RUNNING, with its number, where another one goes on."""
    async with administering(admin_url) as owner:
        await make_tables(owner)
    session = await open_session(admin_url, schema=SCHEMA)
    try:
        return Begun(await _run_of(session, by), session)
    except BaseException:
        await session.close()
        raise


async def _run_of(session: SingleConnection, by: str) -> int:
    async def running() -> asyncpg.Record | None:
        await session.execute(_SWEEP_SQL, _LOCK)
        return await session.fetchrow(_RUNNING_SQL)

    got, goes_on = await take(session, _LOCK, running)
    if not got:
        raise _runs_already(goes_on)
    await session.execute(_SWEEP_SQL, _LOCK)
    run_id: int = await session.fetchval(_BEGIN_SQL, by)
    return run_id


async def runs(owner: SingleConnection, *, before: int = 0, limit: int = 100) -> list[Run]:
    """Runs, the newest first, those older than ``before`` where that is given."""
    await owner.execute(_SWEEP_SQL, _LOCK)
    return [_of(row) for row in await owner.fetch(_LIST_SQL, before, limit)]


async def one_run(owner: SingleConnection, run_id: int) -> Run:
    """One run; raises Refused RECONCILIATION_UNKNOWN."""
    await owner.execute(_SWEEP_SQL, _LOCK)
    row = await owner.fetchrow(_ONE_SQL, run_id)
    if row is None:
        raise not_found("RECONCILIATION_UNKNOWN", f"there is no reconciliation {run_id}", run=str(run_id))
    return _of(row)


def _runs_already(row: asyncpg.Record | None) -> Refused:
    if row is None:  # it has the lock, and its row is not there yet or not any more
        return conflict("RECONCILIATION_RUNNING", "a reconciliation goes on at this moment: wait until it has ended")
    said = f"reconciliation {row['run_id']} of {row['began_by']} goes on since {row['began_at']:%Y-%m-%dT%H:%M:%SZ}"
    return conflict("RECONCILIATION_RUNNING", f"{said}: wait until it has ended", run=str(row["run_id"]))


def _said(error: BaseException) -> str:
    """What may be kept of an error: the words of those that are made for it, of others the name alone."""
    if isinstance(error, SurveyError | TransportAwayError | Refused):
        return str(error)
    return type(error).__name__


def _of(row: asyncpg.Record) -> Run:
    told = dict(row)
    compared = msgspec.json.decode(told.pop("compared") or "[]", type=tuple[SideBySide, ...])
    return Run(compared=compared, state=RunState(told.pop("state")), **told)
