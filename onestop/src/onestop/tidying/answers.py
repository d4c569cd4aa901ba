"""Stored answers by the month: months to come are made ahead, and those whose time is over are dropped whole.

Answers from before there were months lie in the part for what is left over, which also takes what comes while a month
has none: no command waits for tidying. A key is unique within its part; across two parts the ids of events are, which
follow from the key.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.sources import ANSWERS

#: No caller may rely on more, and none may be given less.
DAYS_KEPT_MIN: Final = 90
_MONTHS_AHEAD: Final = 3
_DECEMBER: Final = 12
_PARTS_SQL: Final = r"""
SELECT c.relname AS name,
       substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$TO \('([^']+)'\)$x$)::timestamptz AS upto
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'idempotency'::regclass AND c.relname <> 'idempotency_default' ORDER BY 2
"""
_NEW_PART_SQL: Final = """
CREATE TABLE {name} (LIKE idempotency INCLUDING DEFAULTS);
ALTER TABLE {name} ADD CONSTRAINT {name}_pkey PRIMARY KEY (scope, key);
"""
_ATTACH_SQL: Final = "ALTER TABLE idempotency ATTACH PARTITION {name} FOR VALUES FROM ('{since}') TO ('{upto}');"
# With this bound PostgreSQL knows that what is left over holds nothing of the new part, and need not look under a lock.
_BOUND_SQL: Final = """
ALTER TABLE idempotency_default ADD CONSTRAINT idempotency_bound CHECK (created_at < '{since}') NOT VALID
"""
_VALIDATE_SQL: Final = "ALTER TABLE idempotency_default VALIDATE CONSTRAINT idempotency_bound"
_UNBOUND_SQL: Final = "ALTER TABLE idempotency_default DROP CONSTRAINT IF EXISTS idempotency_bound"
# Rows that came while their month had no part of its own.
_MOVE_SQL: Final = """
WITH moved AS (DELETE FROM idempotency_default WHERE created_at >= '{since}' AND created_at < '{upto}' RETURNING *)
INSERT INTO {name} SELECT * FROM moved;
"""
_DROP_SQL: Final = "DROP TABLE {name}"
_CLEAR_SQL: Final = """
DELETE FROM idempotency_default WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM idempotency_default WHERE created_at < $1 LIMIT 10000))
"""


class TooShortError(ValueError):
    """Answers were to be kept for less time than callers are promised."""


class TidiedAnswers(msgspec.Struct, frozen=True):
    """The parts that were made, and those that were dropped, by their names."""

    made: tuple[str, ...]
    dropped: tuple[str, ...]


async def tidy_answers(connection: SingleConnection, today: date, days_kept: int) -> TidiedAnswers:
    """Make the parts of the months to come and drop those that ended more than ``days_kept`` days ago.

    The connection is an administrator's, in the service's schema and in UTC. Each step is a short transaction that
    gives up after two seconds of waiting (asyncpg.LockNotAvailableError); the next run does what is left.
    Raises TooShortError below 90 days.
    """
    if days_kept < DAYS_KEPT_MIN:
        raise TooShortError(f"answers are kept for at least {DAYS_KEPT_MIN} days, not for {days_kept}")
    parts = {row["name"]: row["upto"] for row in await connection.fetch(_PARTS_SQL)}
    begin = max(parts.values(), default=_following(datetime(today.year, today.month, 1, tzinfo=UTC)))
    made = list(_months(begin, today))
    await _make(connection, made, today)
    over = datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=days_kept)
    dropped = [name for name, upto in parts.items() if upto <= over]
    for name in dropped:
        await _briefly(connection, _DROP_SQL.format(name=name))
    # What was there before there were parts, and came while one was missing.
    while await connection.execute(_CLEAR_SQL, over) != "DELETE 0":
        pass
    return TidiedAnswers(tuple(part.name for part in made), tuple(dropped))


async def _make(connection: SingleConnection, parts: Sequence["_Part"], today: date) -> None:
    """Make parts: those to come without a look at rows under a lock, and one that comes too late with its rows."""
    await _briefly(connection, _UNBOUND_SQL)  # left by a run that broke off
    early = [part for part in parts if part.since.date() > today]
    for part in parts:
        if part not in early:
            words = part.words
            sqls = _NEW_PART_SQL, _MOVE_SQL, _ATTACH_SQL
            await _briefly(connection, "LOCK TABLE idempotency; " + "".join(sql.format(**words) for sql in sqls))
    if early:
        await _briefly(connection, _BOUND_SQL.format(**early[0].words))
        await connection.execute(_VALIDATE_SQL)
        for part in early:
            await _briefly(connection, "".join(sql.format(**part.words) for sql in (_NEW_PART_SQL, _ATTACH_SQL)))
        await _briefly(connection, _UNBOUND_SQL)


async def _briefly(connection: SingleConnection, sql: str) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '2s'")
        await connection.execute(sql)


class _Part(msgspec.Struct, frozen=True):
    name: str
    since: datetime
    upto: datetime

    @property
    def words(self) -> dict[str, str]:
        return {"name": self.name, "since": self.since.isoformat(), "upto": self.upto.isoformat()}


def _months(begin: datetime, today: date) -> Iterator[_Part]:
    """The months from ``begin`` to some months ahead of today, with the names of their parts."""
    end = datetime(today.year, today.month, 1, tzinfo=UTC)
    for _ in range(_MONTHS_AHEAD + 1):
        end = _following(end)
    while begin < end:
        yield _Part(f"idempotency_{begin:%Y_%m}", begin, _following(begin))
        begin = _following(begin)


def _following(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // _DECEMBER, month=month.month % _DECEMBER + 1)


assert ANSWERS.days_kept == DAYS_KEPT_MIN, "a checkpoint must not expect answers for longer than they are kept"
