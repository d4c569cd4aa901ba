"""Migrations: one schema and one role a service, brought up to date by Alembic from inside the service's package."""

import asyncio
import importlib.resources
import re
from collections.abc import Sequence
from typing import Any, Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.writing.database import administering
from kernel.writing.event_store.schema import IMMUTABLE_EVENTS_SQL, KERNEL_METADATA, REQUIRE_ROWS_SQL

_NAME: Final = re.compile(r"[a-z][a-z_]*")

_GRANTS_SQL: Final = """
GRANT USAGE ON SCHEMA "{schema}" TO "{role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{role}";
REVOKE UPDATE, DELETE, TRUNCATE ON "{schema}".events, "{schema}".event_log FROM "{role}";
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
        await connection.execute(BUS_SQL)
        for schema in schemas:
            await connection.execute(f'GRANT USAGE ON SCHEMA bus TO "{schema}"')
            await connection.execute(f'GRANT SELECT, INSERT ON bus.messages TO "{schema}"')


async def upgrade(admin_url: str, package: str, schema: str) -> None:
    """Bring the schema of the service in ``package`` to its newest revision, and grant its role what it needs."""
    await asyncio.to_thread(command.upgrade, _config(admin_url, package, schema), "head")
    async with administering(admin_url) as connection:
        await connection.execute(_GRANTS_SQL.format(schema=schema, role=schema))


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
        url, poolclass=pool.NullPool, connect_args={"server_settings": {"search_path": schema}}
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_revisions, metadata, schema)
            await connection.commit()
    finally:
        await engine.dispose()


def _run_revisions(connection: SyncConnection, metadata: MetaData | Sequence[MetaData], schema: str) -> None:
    # Two instances that start together must not migrate together.
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('onestop-migrate-' || :schema))"), {"schema": schema}
    )
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


def create_kernel_tables(op: Any) -> None:
    """What the first revision of every service does: the kernel's tables, as they were in version 1."""
    KERNEL_METADATA.create_all(op.get_bind())
    for sql in (IMMUTABLE_EVENTS_SQL, REQUIRE_ROWS_SQL):
        for statement in sql.split(";\nCREATE TRIGGER"):
            op.execute(statement if statement.lstrip().startswith("CREATE") else "CREATE TRIGGER" + statement)
