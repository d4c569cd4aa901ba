"""Differences as they are kept: each with its state over the runs, who proposed its repair and who released it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from kernel.values.refusals import Refused, conflict, forbidden, not_found
from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import Difference, Repair, State

#: The administrator's own schema: no service reads or writes it.
SCHEMA: Final = "reconciliation"
# Two that make the tables of a new place at once would be in each other's way.
_MAKE_SQL: Final = f"""
SELECT pg_advisory_xact_lock(hashtextextended('onestop {SCHEMA} tables', 0));
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.runs (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  names bigint NOT NULL, found integer NOT NULL);
CREATE TABLE IF NOT EXISTS {SCHEMA}.differences (
  difference_id text PRIMARY KEY, pair text NOT NULL, kind text NOT NULL, subject text NOT NULL, owner text NOT NULL,
  says text NOT NULL, command text NOT NULL, repair json NOT NULL, state text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(), seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  proposed_by text, because text, released_by text, ended_at timestamptz);
CREATE TABLE IF NOT EXISTS {SCHEMA}.reconciliations (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, began_by text NOT NULL,
  backend integer NOT NULL, began_at timestamptz NOT NULL DEFAULT clock_timestamp(), ended_at timestamptz,
  names bigint, found integer, moving integer, compared json, failure text);
CREATE INDEX IF NOT EXISTS differences_state ON {SCHEMA}.differences (state, found_at);
"""
# What was mended and is found once more is open again, and begins a new age.
_FOUND_SQL: Final = f"""
INSERT INTO {SCHEMA}.differences AS d (difference_id, pair, kind, subject, owner, says, command, repair, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'OPEN')
ON CONFLICT (difference_id) DO UPDATE SET
  says = EXCLUDED.says, command = EXCLUDED.command, repair = EXCLUDED.repair, seen_at = clock_timestamp(),
  found_at = CASE WHEN d.state = 'MENDED' THEN clock_timestamp() ELSE d.found_at END,
  state = CASE WHEN d.state = 'PROPOSED' AND d.repair::text = EXCLUDED.repair::text THEN 'PROPOSED' ELSE 'OPEN' END,
  ended_at = NULL
"""
_GONE_SQL: Final = f"""
UPDATE {SCHEMA}.differences SET state = 'MENDED', ended_at = clock_timestamp()
WHERE state <> 'MENDED' AND pair = ANY($1::text[]) AND difference_id <> ALL($2::text[])
"""
_RUN_SQL: Final = f"INSERT INTO {SCHEMA}.runs (names, found) VALUES ($1, $2)"
_COLUMNS: Final = (
    "difference_id, pair, kind, subject, owner, says, command, repair, state, found_at, seen_at, proposed_by, because, "
    "released_by, ended_at, extract(epoch FROM COALESCE(ended_at, clock_timestamp()) - found_at)::float8 AS age_seconds"
)
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM {SCHEMA}.differences d WHERE state = ANY($1::text[]) AND $2 IN ('', kind) AND $5 IN ('', owner)
  AND starts_with(subject, $6) AND ($3 = '' OR (found_at, difference_id) > (
    SELECT a.found_at, a.difference_id FROM {SCHEMA}.differences a WHERE a.difference_id = $3))
ORDER BY found_at, difference_id LIMIT $4
"""
_COUNTS_SQL: Final = f"""
SELECT kind, owner, count(*) AS count, max(extract(epoch FROM clock_timestamp() - found_at))::float8 AS oldest_seconds,
  min(found_at) AS oldest_at
FROM {SCHEMA}.differences WHERE state <> 'MENDED' GROUP BY kind, owner ORDER BY kind, owner
"""
_ENDED_SQL: Final = f"SELECT max(ended_at) FROM {SCHEMA}.runs"
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM {SCHEMA}.differences WHERE difference_id = $1"
#: All but those that are over.
NOT_MENDED: Final = frozenset(State) - {State.MENDED}
ANY_STATE: Final = frozenset(State)
#: As many differences as a list names at once.
LISTED_MAX: Final = 1000
_LOCKED_SQL: Final = f"SELECT {_COLUMNS} FROM {SCHEMA}.differences WHERE difference_id = $1 FOR UPDATE"
_PROPOSE_SQL: Final = f"""
UPDATE {SCHEMA}.differences SET state = 'PROPOSED', proposed_by = $2, because = $3, released_by = NULL
WHERE difference_id = $1
"""
_RELEASE_SQL: Final = f"UPDATE {SCHEMA}.differences SET state = 'RELEASED', released_by = $2 WHERE difference_id = $1"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A difference as it is kept. ``age_seconds`` is counted from where it was found until it was mended or now."""

    difference_id: str
    pair: str
    kind: str
    subject: str
    owner: str
    says: str
    command: str
    repair: Repair
    state: State
    found_at: datetime
    seen_at: datetime
    proposed_by: str | None
    because: str | None
    released_by: str | None
    ended_at: datetime | None
    age_seconds: float


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which differences: in these states, of one class, of one owner, of a subject that begins so; "" is any."""

    states: frozenset[State] = NOT_MENDED
    kind: str = ""
    owner: str = ""
    subject: str = ""


#: What nobody has mended.
ANY_NOT_MENDED: Final = Asked()


class Count(msgspec.Struct, frozen=True):
    """How many differences of a kind are not mended, and the age of the oldest of them."""

    kind: str
    owner: str
    count: int
    oldest_seconds: float
    oldest_at: datetime


class Standing(msgspec.Struct, frozen=True):
    """What is not mended, all of it, and when the last run ended; None before the first."""

    counts: tuple[Count, ...]
    ended_at: datetime | None


async def make_tables(owner: SingleConnection) -> None:
    """Make the schema where it is not there yet."""
    await owner.execute(_MAKE_SQL)


async def keep(
    owner: SingleConnection, found: Sequence[tuple[str, Difference]], whole: Collection[str], names: int | None
) -> None:
    """Keep what a run has found, and call mended what it looked for and did not find; ``names`` were compared.

    ``whole`` are the pairs of which the run has seen every entry, none late: of others what is kept stays as it is.
    Without ``names`` it was none of all services, such as a hospital's day: when one ended last stays as it was.
    """
    async with owner.transaction():
        for pair, one in found:
            repair = msgspec.json.encode(one.repair, order="deterministic").decode()
            said = one.kind, one.subject, one.owner, one.says, one.command, repair
            await owner.execute(_FOUND_SQL, one.difference_id, pair, *said)
        await owner.execute(_GONE_SQL, list(whole), [one.difference_id for _, one in found])
        if names is not None:
            await owner.execute(_RUN_SQL, names, len(found))


async def listed(
    owner: SingleConnection, asked: Asked = ANY_NOT_MENDED, *, after: str = "", limit: int = LISTED_MAX
) -> list[Kept]:
    """The differences that are asked for, the oldest first, from behind ``after``.

    Raises Refused DIFFERENCE_UNKNOWN where there is no difference ``after``.
    """
    if after:
        await one_kept(owner, after)
    rows = await owner.fetch(_LIST_SQL, list(asked.states), asked.kind, after, limit, asked.owner, asked.subject)
    return [_of(row) for row in rows]


async def one_kept(owner: SingleConnection, difference_id: str) -> Kept:
    """One difference; raises Refused DIFFERENCE_UNKNOWN."""
    row = await owner.fetchrow(_ONE_SQL, difference_id)
    if row is None:
        raise _unknown(difference_id)
    return _of(row)


async def standing(owner: SingleConnection) -> Standing:
    """How many of which kind are not mended, however many there are, and when the last run ended."""
    counts = tuple(Count(**dict(row)) for row in await owner.fetch(_COUNTS_SQL))
    return Standing(counts, await owner.fetchval(_ENDED_SQL))


async def propose(owner: SingleConnection, difference_id: str, by: str, because: str) -> None:
    """Propose the repair; raises Refused DIFFERENCE_UNKNOWN and DIFFERENCE_ENDED."""
    async with owner.transaction():
        one = await _open(owner, difference_id)
        await owner.execute(_PROPOSE_SQL, one.difference_id, by, because)


async def release(owner: SingleConnection, difference_id: str, by: str) -> Kept:
    """Release a proposed repair; raises Refused NOT_PROPOSED, PROPOSED_BY_CALLER, and those of ``propose``."""
    async with owner.transaction():
        one = await _open(owner, difference_id)
        if one.state is not State.PROPOSED:
            said = f"difference {difference_id} is {one.state}: somebody proposes its repair first, and says why"
            raise conflict("NOT_PROPOSED", said, difference_id=difference_id)
        if one.proposed_by == by:
            said = f"you proposed the repair of difference {difference_id}: another person must release it"
            raise forbidden("PROPOSED_BY_CALLER", said, difference_id=difference_id)
        await owner.execute(_RELEASE_SQL, difference_id, by)
        return one


async def _open(owner: SingleConnection, difference_id: str) -> Kept:
    row = await owner.fetchrow(_LOCKED_SQL, difference_id)
    if row is None:
        raise _unknown(difference_id)
    one = _of(row)
    if one.state is State.MENDED:
        said = f"difference {difference_id} was not found any more by a later run: nothing is to be mended"
        raise conflict("DIFFERENCE_ENDED", said, difference_id=difference_id)
    return one


def _unknown(difference_id: str) -> Refused:
    return not_found("DIFFERENCE_UNKNOWN", f"there is no difference {difference_id}", difference_id=difference_id)


def _of(row: object) -> Kept:
    told = dict(row)  # type: ignore[call-overload]
    repair = msgspec.json.decode(told.pop("repair"), type=Repair)
    return Kept(repair=repair, state=State(told.pop("state")), **told)
