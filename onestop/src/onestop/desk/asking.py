"""What-ifs that were asked at the desk: one is answered at a time, in a process of its own, and the answer is kept."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import asyncpg
import msgspec

from kernel.running.leadership import lock_number
from kernel.values.refusals import Refused, conflict, not_found
from kernel.writing.database import SingleConnection, open_session
from onestop.alone import held_sql, take
from onestop.desk.tables import SCHEMA, WHAT_IF_DAYS
from onestop.what_if.question import Question
from onestop.what_if.sums import Refusal

#: As many answers are kept; the oldest ones go first.
KEPT_MAX: Final = 100
#: A question that takes longer than this is asked of too much.
_SECONDS_MAX: Final = 4 * 3600.0
_LOCK: Final = lock_number("onestop-what-if")
_COLUMNS: Final = (
    "what_if_id, state, asked_by, question, within, pack_id, pack_digest, began_at, ended_at, settlements, changed, "
    "refused, code, detail, ended_by"
)
_BEGIN_SQL: Final = f"""
INSERT INTO {SCHEMA}.what_ifs (state, asked_by, question, within, pack_id, pack_digest, backend)
VALUES ('RUNNING', $1, $2, $3, $4, $5, pg_backend_pid()) RETURNING what_if_id
"""
_END_SQL: Final = f"""
UPDATE {SCHEMA}.what_ifs SET state = $2, ended_at = clock_timestamp(), code = $3, detail = $4, ended_by = $5
WHERE what_if_id = $1 AND state = 'RUNNING'
"""
# As for the reconciliation's runs: the lock outlives what the row says, so a row without it is nobody's any more.
_SWEEP_SQL: Final = f"""
UPDATE {SCHEMA}.what_ifs w SET state = 'INTERRUPTED', ended_at = clock_timestamp()
WHERE state = 'RUNNING' AND NOT {held_sql("$1", "w.backend")}
"""
_ROOM_SQL: Final = f"""
DELETE FROM {SCHEMA}.what_ifs WHERE state <> 'RUNNING' AND (
  began_at < clock_timestamp() - make_interval(days => {WHAT_IF_DAYS}) OR what_if_id NOT IN (
    SELECT what_if_id FROM {SCHEMA}.what_ifs ORDER BY what_if_id DESC LIMIT {KEPT_MAX - 1}))
"""
_RUNNING_SQL: Final = f"SELECT what_if_id, asked_by FROM {SCHEMA}.what_ifs WHERE state = 'RUNNING' LIMIT 1"
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM {SCHEMA}.what_ifs WHERE what_if_id = $1"
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM {SCHEMA}.what_ifs WHERE ($1::bigint = 0 OR what_if_id < $1)
  AND ($2 OR cardinality(within) > 0 AND (SELECT bool_and(area LIKE ANY($3::text[])) FROM unnest(within) AS area))
ORDER BY what_if_id DESC LIMIT $4
"""
# The desk that holds the lock, which may be another one, sees its session end and ends its process.
_STOP_SQL: Final = f"""
SELECT pg_terminate_backend(w.backend) FROM {SCHEMA}.what_ifs w
WHERE w.what_if_id = $2 AND {held_sql("$1", "w.backend")}
"""


class WhatIfState(StrEnum):
    """How far a what-if has come."""

    RUNNING = "RUNNING"
    ENDED = "ENDED"
    REFUSED = "REFUSED"  # it has no answer, and its code says why
    CANCELLED = "CANCELLED"  # somebody called it off
    FAILED = "FAILED"  # the program could not answer it
    INTERRUPTED = "INTERRUPTED"  # the desk ended before it did


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """A what-if as it is kept. Counts are None until it has ended; ``within`` are the divisions that it counts."""

    what_if_id: int
    state: WhatIfState
    asked_by: str
    question: Question
    within: tuple[str, ...]
    pack_id: str | None
    pack_digest: str | None
    began_at: datetime
    ended_at: datetime | None
    settlements: int | None
    changed: int | None
    refused: tuple[Refusal, ...]
    code: str | None
    detail: str | None
    ended_by: str | None


class Told(msgspec.Struct, frozen=True):
    """What the process that answers is told: where the database is, what is asked, and how many it may be."""

    address: str
    what_if_id: int
    question: Question
    processes: int


class Begun:
    """A what-if that has begun: its session holds the lock until it is said how it ended."""

    def __init__(self, what_if_id: int, session: SingleConnection) -> None:
        self.what_if_id = what_if_id
        self._session = session
        self._ended = asyncio.Event()
        session.add_termination_listener(lambda _session: self._ended.set())

    async def answered(self, address: str, question: Question, processes: int) -> None:
        """Have a process of its own, and those that it starts, answer it.

        Ends with it, with this task, or when somebody calls it off.
        """
        try:
            async with asyncio.timeout(_SECONDS_MAX):
                await self._answered(Told(address, self.what_if_id, question, processes))
        except TimeoutError:
            await self.fail("TOOK_TOO_LONG", f"it took longer than {_SECONDS_MAX / 3600:.0f} hours: ask of less")
        except BaseException:
            await self.interrupt()
            raise
        else:
            # Where its process has said how it ended, this changes nothing.
            await self.fail("PROCESS_ENDED", "the process that answers ended without an answer")

    async def fail(self, code: str, detail: str) -> None:
        """It could not be answered, and nobody is at fault who asked."""
        await self._end(WhatIfState.FAILED, code, detail)

    async def interrupt(self) -> None:
        """The desk ends before it does."""
        await self._end(WhatIfState.INTERRUPTED, None, None)

    async def _answered(self, told: "Told") -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "onestop.desk.answering", stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        assert process.stdin is not None
        try:
            process.stdin.write(msgspec.json.encode(told) + b"\n")
            waiting = [asyncio.create_task(process.wait()), asyncio.create_task(self._ended.wait())]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.stdin.close()
            await process.wait()

    async def _end(self, state: WhatIfState, code: str | None, detail: str | None) -> None:
        # Where the session is gone, whoever looks next finds the what-if interrupted, or called off.
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._session.execute(_END_SQL, self.what_if_id, state.value, code, detail, None)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._session.close()


async def begin(address: str, by: str, question: Question, pack: tuple[str, str] | None) -> Begun:
    """Begin to answer a question that was checked; ``pack`` are the id and digest of the one asked about.

    Raises Refused WHAT_IF_RUNNING, with its number, where another one is answered.
    """
    session = await open_session(address, schema=SCHEMA)
    try:
        return Begun(await _begun(session, by, question, pack), session)
    except BaseException:
        await session.close()
        raise


async def _begun(session: SingleConnection, by: str, question: Question, pack: tuple[str, str] | None) -> int:
    async def running() -> asyncpg.Record | None:
        await session.execute(_SWEEP_SQL, _LOCK)
        return await session.fetchrow(_RUNNING_SQL)

    got, goes_on = await take(session, _LOCK, running)
    if not got:
        raise _runs_already(goes_on)
    await session.execute(_SWEEP_SQL, _LOCK)
    await session.execute(_ROOM_SQL)
    asked = msgspec.json.encode(question).decode()
    what_if_id: int = await session.fetchval(_BEGIN_SQL, by, asked, list(question.within), *(pack or (None, None)))
    return what_if_id


def _runs_already(row: asyncpg.Record | None) -> Refused:
    if row is None:
        return conflict("WHAT_IF_RUNNING", "another what-if is answered at this moment: wait until it has ended")
    said = f"what-if {row['what_if_id']} of {row['asked_by']} is answered at this moment"
    return conflict("WHAT_IF_RUNNING", f"{said}: wait until it has ended", what_if=str(row["what_if_id"]))


async def cancel(session: SingleConnection, what_if_id: int, by: str) -> None:
    """Call one off, inside the session's transaction; raises Refused WHAT_IF_UNKNOWN and WHAT_IF_OVER."""
    one = await one_what_if(session, what_if_id)
    done = await session.execute(_END_SQL, what_if_id, WhatIfState.CANCELLED.value, None, None, by)
    if done == "UPDATE 0":
        said = f"what-if {what_if_id} is {one.state}: there is nothing to call off"
        raise conflict("WHAT_IF_OVER", said, what_if=str(what_if_id))


async def stop(session: SingleConnection, what_if_id: int) -> None:
    """End the process of one that was called off, wherever it runs; what it comes to is not kept any more."""
    await session.execute(_STOP_SQL, _LOCK, what_if_id)


async def what_ifs(
    session: SingleConnection, patterns: Sequence[str] | None, *, before: int = 0, limit: int = 100
) -> list[WhatIf]:
    """What-ifs, the newest first; with ``patterns`` those that count people of such divisions alone."""
    await session.execute(_SWEEP_SQL, _LOCK)
    rows = await session.fetch(_LIST_SQL, before, patterns is None, list(patterns or ()), limit)
    return [_of(row) for row in rows]


async def one_what_if(session: SingleConnection, what_if_id: int) -> WhatIf:
    """One what-if; raises Refused WHAT_IF_UNKNOWN."""
    await session.execute(_SWEEP_SQL, _LOCK)
    row = await session.fetchrow(_ONE_SQL, what_if_id)
    if row is None:
        detail = f"there is no what-if {what_if_id}; they are kept for {WHAT_IF_DAYS} days"
        raise not_found("WHAT_IF_UNKNOWN", detail, what_if=str(what_if_id))
    return _of(row)


def _of(row: asyncpg.Record) -> WhatIf:
    told: dict[str, Any] = dict(row)
    question = msgspec.json.decode(told.pop("question"), type=Question)
    refused = msgspec.json.decode(told.pop("refused") or "[]", type=tuple[Refusal, ...])
    state, within = WhatIfState(told.pop("state")), tuple(told.pop("within"))
    return WhatIf(question=question, refused=refused, state=state, within=within, **told)
