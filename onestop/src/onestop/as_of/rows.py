"""Rows of any read model as they stood at a moment: put together from what events that were known then leave."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from kernel.running.service import Service
from kernel.values.personal import personal_in
from kernel.values.refusals import Refused, not_found
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import require_at_hand
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Add, Change, Remove, key_of
from kernel.writing.row_shapes import shape_of
from kernel.writing.snapshots import snapshot
from onestop.replay.otherwise import all_taken_otherwise
from onestop.replay.walk import left_by
from onestop.services import SERVICES

#: As many rows as are shown at once.
ROWS_MAX: Final = 1000
# Numbers follow the order of commits, moments that of the writing: they differ by little, and in either direction.
_LATER_SQL: Final = "SELECT event_id FROM events WHERE recorded_at > $1"
_FIRST_SQL: Final = "SELECT min(l.gseq) FROM event_log l JOIN events e USING (pos) WHERE e.recorded_at > $1"
_STRAY_SQL: Final = """
SELECT e.event_id FROM events e LEFT JOIN event_log l USING (pos)
WHERE e.recorded_at <= $1 AND (l.gseq IS NULL OR l.gseq > $2)
"""

#: A row's key, and the row by column.
Key = tuple[Any, ...]


class RowsThen(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a read model whose key begins so, by column, in the order of their keys; ``more`` where not all."""

    table: str
    known_at: datetime
    rows: tuple[dict[str, Any], ...]
    more: bool


async def rows_then(url: str, name: str, key: Sequence[str], known_at: datetime) -> RowsThen:
    """What stood in ``name``, as ``settlement.encounters``, under keys that begin with ``key``, as known at a moment.

    What others told counts from when it was recorded there, as far as it was consumed by now: when it was consumed
    nobody keeps. The logs are walked from their beginning, so this takes as long as a verification reads.
    Raises Refused READ_MODEL_UNKNOWN, READ_MODEL_DERIVED, READ_MODEL_KEY; ArchivedError where events are put away.
    """
    service, table = _found(name)
    _check_key(name, table, key)
    wanted = tuple(key)
    rows: dict[Key, Any] = {}
    async with snapshot(url, "public") as live:
        otherwise = await all_taken_otherwise(live, SERVICES.values())
        for publisher in _told_by(service):
            await live.execute(f'SET LOCAL search_path TO "{publisher.schema}"')
            await require_at_hand(live)
            counts = await _known(live, known_at)
            async for _, change, _ in left_by(live, publisher, [service], otherwise, counts):
                if change.table.name == table.name and _texts(key_of(change))[: len(wanted)] == wanted:
                    _put(rows, change)
    return _shown(name, table, rows, known_at)


def _found(name: str) -> tuple[Service, Table]:
    schema, _, table_name = name.partition(".")
    for service in SERVICES.values():
        if service.schema == schema.replace("-", "_"):
            _refuse_derived(service, name, table_name)
            for table in service.read_model.tables:
                if table.name == table_name:
                    return service, table
            there = ", ".join(sorted(str(table.name) for table in service.read_model.tables))
            raise not_found("READ_MODEL_UNKNOWN", f"{schema} keeps no {table_name}; it keeps {there}")
    schemas = ", ".join(service.schema for service in SERVICES.values())
    raise not_found("READ_MODEL_UNKNOWN", f"there is no read model {name}: say SERVICE.TABLE, of {schemas}")


def _refuse_derived(service: Service, name: str, table_name: str) -> None:
    if table_name in service.read_model.derived:
        said = f"{name} follows from other tables, and no event leaves a row in it: ask for those"
        raise Refused("READ_MODEL_DERIVED", said)


def _check_key(name: str, table: Table, key: Sequence[str]) -> None:
    columns = [column.name for column in table.primary_key.columns]
    if not 0 < len(key) <= len(columns):
        said = f"a row of {name} is named by {', '.join(columns)}: say the first of them at least, each with --key"
        raise Refused("READ_MODEL_KEY", said)
    # The look is kept with the key, whether or not there is such a row.
    if (personal := next(filter(None, map(personal_in, key)), None)) is not None:
        raise Refused("READ_MODEL_KEY", f"{personal} names no row of {name}: a person is named by the id")


def _told_by(service: Service) -> list[Service]:
    """Whose logs leave rows there: its own, and those of whom it hears."""
    topics = {heard.contract.topic for heard in service.parts.heard} | {service.parts.topic}
    return [one for one in SERVICES.values() if one.parts.topic in topics]


async def _known(live: SingleConnection, known_at: datetime) -> Callable[[LoggedEvent], bool]:
    """Which events of the log that ``live`` sees were recorded by a moment."""
    first = await live.fetchval(_FIRST_SQL, known_at)
    if first is None:  # all that have a number were
        later = {row[0] for row in await live.fetch(_LATER_SQL, known_at)}
        return lambda entry: entry.recorded.event_id not in later
    strays = {row[0] for row in await live.fetch(_STRAY_SQL, known_at, first)}
    return lambda entry: 0 < entry.gseq < first or entry.recorded.event_id in strays


def _texts(key: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in key)


def _put(rows: dict[Key, Any], change: Change) -> None:
    key = key_of(change)
    if isinstance(change, Remove):
        rows.pop(key, None)
    elif isinstance(change, Add) and (before := rows.get(key)) is not None:
        summed = list(before)
        for place in shape_of(change.table).others:
            summed[place] += change.row[place]
        rows[key] = tuple(summed)
    else:
        rows[key] = change.row


def _shown(name: str, table: Table, rows: Mapping[Key, Any], known_at: datetime) -> RowsThen:
    names = shape_of(table).names
    ordered = [rows[key] for key in sorted(rows, key=_texts)]
    shown = tuple(dict(zip(names, row, strict=True)) for row in ordered[:ROWS_MAX])
    return RowsThen(table=name, known_at=known_at, rows=shown, more=len(ordered) > ROWS_MAX)
