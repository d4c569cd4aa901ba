"""A service of a lost database: it is dropped, written back from the topics, adopted, and held against what it was."""

from collections.abc import Sequence

from tests.command_line import onestop

from kernel.writing.database import administering
from kernel.writing.event_store.whole import WholeEvent, read_whole
from onestop.migrating import migrate
from onestop.replay.comparison import TableDigest, digests
from onestop.services import SERVICES


async def whole_of(database: str, name: str) -> tuple[list[WholeEvent], dict[str, TableDigest]]:
    """Every event of a service with its place, and the digests of all that follows from them."""
    service = SERVICES[name]
    async with administering(database, search_path=service.schema) as connection:
        tables = service.read_model.tables
        found = await digests(connection, service.schema, tables)
        named = {str(table.name): digest for table, digest in zip(tables, found, strict=True)}
        return await read_whole(connection, after=0, limit=1_000_000), named


async def positions_of(database: str, schema: str) -> dict[tuple[str, str, int], int]:
    """How far each consumer has come."""
    async with administering(database, search_path=schema) as connection:
        rows = await connection.fetch(
            "SELECT consumer, topic, partition, last_pseq FROM inbox_cursor WHERE last_pseq > 0"
        )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def lose(database: str, *schemas: str) -> None:
    """The service's database is gone, and an empty one in its place."""
    async with administering(database) as admin:
        for schema in schemas:
            await admin.execute(f'DROP SCHEMA "{schema}" CASCADE')
    await migrate(database)


async def recovered(words: Sequence[str], *services: str) -> str:
    """``onestop recover`` and the adoption after it, as the runbook has them; what the first one says."""
    told = await onestop("recover", *services, *words)
    assert told.exit_code == 0, told.output
    adopted = await onestop("restore", "--yes", *words)
    assert adopted.exit_code == 0, adopted.output
    return told.output
