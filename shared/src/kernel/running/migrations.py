"""Migrations: one schema and one role a service, brought up to date by Alembic from inside the service's package."""

import asyncio
import importlib.resources
import re
from collections.abc import Sequence
from typing import Any, Final

import structlog
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import MetaData, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from kernel.messaging.event_log.embedded_schema import bus_sql
from kernel.writing.database import administering, session_settings
from kernel.writing.event_store.schema import (
    ANSWERS_IN_PARTS_SQL,
    ARCHIVE_PREFIX,
    ARCHIVED_SQL,
    IMMUTABLE_EVENTS_SQL,
    KERNEL_METADATA,
    REQUIRE_ROWS_SQL,
)

_NAME: Final = re.compile(r"[a-z][a-z_]*")

#: A change of a table waits for whoever uses it, and everybody else waits behind the change: not for longer than this.
_LOCK_TIMEOUT: Final = "2s"
_LOCK_NOT_AVAILABLE: Final = "55P03"
_PAUSE_SECONDS: Final = 0.5
_PAUSE_MAX_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 300.0
_log: Final = structlog.get_logger(__name__)

_GRANTS_SQL: Final = """
GRANT USAGE ON SCHEMA "{schema}" TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}";
REVOKE UPDATE, DELETE, TRUNCATE ON "{schema}".events, "{schema}".event_log FROM "{role}";
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{schema}".archives, "{schema}".archived_streams,
  "{schema}".archived_entries FROM "{role}";
DO $$ BEGIN EXECUTE (
  SELECT COALESCE(string_agg(format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I.%I FROM %I;',
                                    '{schema}', name, '{role}'), ''), '')
  FROM "{schema}".archives WHERE to_regclass(format('%I.%I', '{schema}', name)) IS NOT NULL); END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "{schema}" TO "{role}";
"""


async def prepare(admin_url: str, schemas: Sequence[str]) -> None:
    """Create what is missing of each service's role and schema, and the embedded transport's schema ``bus``.

    ``admin_url`` names a role that may create roles. A new role can log in and has no password: a server that asks
    for one is given it by its administrator.
    """
    async with administering(admin_url) as connection:
        for schema in schemas:
            assert _NAME.fullmatch(schema), f"{schema!r} is not a schema name"
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", schema):
                await connection.execute(f'CREATE ROLE "{schema}" LOGIN')
            await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            await connection.execute(_role_settings_sql(schema))
        for statement in bus_sql(schemas):
            await connection.execute(statement)


def _role_settings_sql(schema: str) -> str:
    """Sets the role's sessions in this database only, so that whoever begins one need not."""
    return "".join(
        f"""DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE %I SET {name} TO %L',
                              '{schema}', current_database(), '{value}'); END $$;"""
        for name, value in session_settings(schema).items()
    )


async def upgrade(admin_url: str, package: str, schema: str) -> None:
    """Bring the schema of the service in ``package`` to its newest revision, and grant its role what it needs."""
    await _patiently(_config(admin_url, package, schema), "head")
    async with administering(admin_url) as connection:
        await connection.execute(_GRANTS_SQL.format(schema=schema, role=schema))


async def _patiently(config: Config, revision: str) -> None:
    """Upgrade; what waits for a lock lets the commands behind it go first, and tries again."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + _PATIENCE_SECONDS, _PAUSE_SECONDS
    while True:
        try:
            return await asyncio.to_thread(command.upgrade, config, revision)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE or loop.time() > deadline:
                raise
            _log.info("migration waits for a lock", schema=config.attributes["schema"], seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _PAUSE_MAX_SECONDS)


async def check(admin_url: str, package: str, schema: str) -> None:
    """Raise alembic's CommandError where the tables in code and the migrations differ."""
    await asyncio.to_thread(command.check, _config(admin_url, package, schema))


def _config(admin_url: str, package: str, schema: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files(package) / "migrations"))
    config.attributes["admin_url"] = admin_url
    config.attributes["schema"] = schema
    return config


def run_environment(metadata: MetaData | Sequence[MetaData]) -> None:
    """What a service's ``migrations/env.py`` does: run the revisions inside the service's schema."""
    asyncio.run(_run_environment(metadata))


async def _run_environment(metadata: MetaData | Sequence[MetaData]) -> None:
    attributes = context.config.attributes
    url = re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", attributes["admin_url"])
    schema: str = attributes["schema"]
    engine = create_async_engine(
        url,
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"search_path": schema, "lock_timeout": _LOCK_TIMEOUT}},
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_revisions, metadata, schema)
            await connection.commit()
    finally:
        await engine.dispose()


def _run_revisions(connection: SyncConnection, metadata: MetaData | Sequence[MetaData], schema: str) -> None:
    # Two instances that start together must not migrate together. The lock is the session's, and goes with it, because
    # each revision is a transaction of its own: a lock on a table is held for one change, not for all that are due, and
    # a revision may leave its transaction for what cannot be in one (CREATE INDEX CONCURRENTLY, batches).
    connection.execute(text("SELECT pg_advisory_lock(hashtext('onestop-migrate-' || :schema))"), {"schema": schema})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=False,
        include_name=_is_no_part,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_no_part(name: str | None, kind: str, _parents: Any) -> bool:
    """Parts of a table and archives come and go, and are no tables of their own."""
    return not (kind == "table" and name is not None and name.startswith(("idempotency_", ARCHIVE_PREFIX)))


def create_kernel_tables(op: Any) -> None:
    """What the first revision of every service does: the kernel's tables, as they were in version 1."""
    KERNEL_METADATA.create_all(op.get_bind())
    for sql in (IMMUTABLE_EVENTS_SQL, REQUIRE_ROWS_SQL):
        for statement in sql.split(";\nCREATE TRIGGER"):
            op.execute(statement if statement.lstrip().startswith("CREATE") else "CREATE TRIGGER" + statement)


def add_leases(op: Any) -> None:
    """The leader's lease, and the generation of a consumer's position; where the first revision made them, nothing."""
    KERNEL_METADATA.tables["leadership"].create(op.get_bind(), checkfirst=True)
    op.execute("ALTER TABLE inbox_cursor ADD COLUMN IF NOT EXISTS generation bigint NOT NULL DEFAULT 0")


def add_archives(op: Any) -> None:
    """Where streams that ended long ago may be put; where the first revision made the tables, functions only."""
    for name in ("archives", "archived_streams", "archived_entries"):
        KERNEL_METADATA.tables[name].create(op.get_bind(), checkfirst=True)
    for statement in ARCHIVED_SQL:
        op.execute(statement)


def add_leaves(op: Any) -> None:
    """The log's entries get a column for their hash; those that are there get none, and no row is written anew."""
    op.execute("ALTER TABLE event_log ADD COLUMN IF NOT EXISTS leaf bytea")


def add_chains(op: Any) -> None:
    """Relay and inbox know where the chain of each partition stands; on what was published before there is none."""
    op.execute("ALTER TABLE relay ADD COLUMN IF NOT EXISTS heads json, ADD COLUMN IF NOT EXISTS unchained json")
    op.execute("ALTER TABLE inbox_cursor ADD COLUMN IF NOT EXISTS head text")


def divide_answers(op: Any) -> None:
    """Stored answers lie in parts by the month. The table that is there becomes the part for what is left over, at once
    and without a look at its rows; ``onestop tidy`` makes the months.
    """
    for statement in ANSWERS_IN_PARTS_SQL:
        op.execute(statement)
