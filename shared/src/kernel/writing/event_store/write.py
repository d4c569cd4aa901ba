"""What one command writes, and the one SQL statement that writes many commands' worth of it."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.writing.event_store.stream import NewEvent
from kernel.writing.read_tables import Change, clauses_of, columns_of


class ConcurrencyError(Exception):
    """A stream or guarded row moved between reading and writing; load again and decide again."""


class DuplicateKeyError(Exception):
    """The idempotency key was used before; the stored answer says what came of it."""


class Answer(msgspec.Struct, frozen=True):
    """The answer to a command, stored with its events under the caller's idempotency key."""

    scope: str
    key: str
    request_hash: bytes
    status: int
    response: str


class Write(msgspec.Struct, frozen=True):
    """All that one command writes, in one transaction or not at all."""

    events: tuple[NewEvent, ...]
    changes: tuple[Change, ...] = ()
    answer: Answer | None = None


# order_tx keeps readers in an order in which nothing is skipped and no stream runs backwards (EVENT-STORE 1.3):
# the own transaction number alone would be too small when the transaction began before it read the stream.
_EVENTS_SQL: Final = """
WITH written AS (
  INSERT INTO events (order_tx, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain)
  SELECT GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1),
         e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data::json, e.meta::json,
         e.occurred_at, e.chain
  FROM unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::smallint[], $6::text[], $7::text[],
              $8::timestamptz[], $9::bytea[])
       WITH ORDINALITY AS e(stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain, n)
  ORDER BY e.n
), answered AS (
  INSERT INTO idempotency (scope, key, request_hash, status, response)
  SELECT * FROM unnest($10::text[], $11::text[], $12::bytea[], $13::smallint[], $14::text[])
)"""
# The statement's parameters are the columns of its two tables in the order of the structs' fields.
_EVENT_COLUMNS: Final = len(NewEvent.__struct_fields__)
_ANSWER_COLUMNS: Final = len(Answer.__struct_fields__)
# Looks at nothing more than an index that is empty where nothing was archived.
_MAY_APPEND: Final = """
CASE WHEN EXISTS (SELECT FROM archived_streams WHERE stream_id = ANY($1)) THEN may_append($1, $3) ELSE true END"""
_FIRST_TABLE_PARAMETER: Final = _EVENT_COLUMNS + _ANSWER_COLUMNS + 1


def statement_for(writes: Sequence[Write]) -> tuple[str, list[Any]]:
    """One statement with its parameters that writes all of ``writes`` in the order given."""
    events = [event for write in writes for event in write.events]
    answers = [write.answer for write in writes if write.answer is not None]
    changes = [change for write in writes for change in write.changes]
    clauses = clauses_of(changes, _FIRST_TABLE_PARAMETER, guarded=True)
    columns = columns_of(map(msgspec.structs.astuple, events), _EVENT_COLUMNS)
    columns += columns_of(map(msgspec.structs.astuple, answers), _ANSWER_COLUMNS)
    sql = _EVENTS_SQL + clauses.with_list + " SELECT " + ", ".join((_MAY_APPEND, *clauses.checks))
    return sql, [*columns, *clauses.arguments]
