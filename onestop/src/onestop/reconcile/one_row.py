"""One row of a read table made again from the events of its stream: tried out to judge it, kept to mend it."""

from typing import Any, Final

import msgspec
from sqlalchemy import Table

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_stream
from kernel.writing.read_tables import Change, is_guarded, is_summed, key_of, write
from onestop.reconcile.difference import Rows
from onestop.services import SERVICES

# A table of the session's own hides the service's: what is written below does not touch that one.
_APART_SQL: Final = 'CREATE TEMP TABLE "{table}" (LIKE "{schema}"."{table}" INCLUDING ALL) ON COMMIT DROP'
_WAIT_SQL: Final = "SET LOCAL lock_timeout = '2s'"
# Whoever appends to the service's streams waits for the moment that this takes.
_HOLD_SQL: Final = "LOCK TABLE events IN SHARE MODE"


class Made(msgspec.Struct, frozen=True):
    """A row as it stood and as its events make it, as text; None where there is none."""

    before: str | None
    after: str | None

    @property
    def fault(self) -> str | None:
        """``MISSING``, ``STRAY`` or ``CHANGED``; None for a row that is as its events say."""
        if self.before == self.after:
            return None
        if self.before is None:
            return "MISSING"
        return "STRAY" if self.after is None else "CHANGED"


async def try_out(owner: SingleConnection, rows: Rows) -> Made:
    """What mending would do, in a picture of the database and without a lock on anything that the service writes."""
    service = SERVICES[rows.service]
    table = table_of(service, rows.table)
    tried = owner.transaction(isolation="repeatable_read")
    await tried.start()
    try:
        # A row is written together with its event: in one picture the two belong together.
        await owner.execute(f'SET LOCAL search_path TO pg_temp, "{service.schema}"')
        before = await _row(owner, table, rows.key)
        await owner.execute(_APART_SQL.format(schema=service.schema, table=table.name))
        await write(owner, await _changes(owner, service, table, rows))
        return Made(before, await _row(owner, table, rows.key))
    finally:
        await tried.rollback()


async def make_again(owner: SingleConnection, rows: Rows) -> Made:
    """Make the row again and keep it."""
    service = SERVICES[rows.service]
    table = table_of(service, rows.table)
    async with owner.transaction():
        await owner.execute(f'SET LOCAL search_path TO "{service.schema}"')
        await owner.execute(_WAIT_SQL)
        await owner.execute(_HOLD_SQL)
        before = await _row(owner, table, rows.key)
        changes = await _changes(owner, service, table, rows)
        await owner.execute(f'DELETE FROM "{table.name}" WHERE {_key(table)} = $1', rows.key)
        await write(owner, changes)
        return Made(before, await _row(owner, table, rows.key))


async def _changes(owner: SingleConnection, service: Service, table: Table, rows: Rows) -> list[Change]:
    """What the events of the stream say of the row."""
    logged = await read_stream(owner, service.parts.registry, rows.stream)
    changes = [change for one in logged for change in service.parts.project(one.recorded) if change.table is table]
    return [change for change in changes if _one_key(key_of(change)) == rows.key]


def table_of(service: Service, name: str) -> Table:
    """A table with one key column whose rows are put; of others a row says nothing by itself."""
    (table,) = (table for table in service.read_model.tables if table.name == name)
    assert not is_summed(table), f"{name} is summed"
    assert not is_guarded(table), f"{name} is guarded"
    assert len(table.primary_key.columns) == 1, f"{name} has a key of several columns"
    return table


def _key(table: Table) -> str:
    (column,) = table.primary_key.columns
    return f'"{column.name}"'


def _one_key(key: tuple[Any, ...]) -> str:
    (only,) = key
    return str(only)


async def _row(owner: SingleConnection, table: Table, key: str) -> str | None:
    sql = f'SELECT t::text FROM "{table.name}" t WHERE {_key(table)} = $1'
    found: str | None = await owner.fetchval(sql, key)
    return found
