"""What a service stores that follows from no event, and is therefore not on its topic either."""

import msgspec

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.schema import KERNEL_METADATA


class Lacking(msgspec.Struct, frozen=True):
    """A table that was not recovered, and how many rows it has now."""

    table: str
    rows: int


async def lacking(connection: SingleConnection, service: Service) -> list[Lacking]:
    """The service's own sources and working tables; a backup of its database has them."""
    model = service.read_model
    rebuilt = {table.name for table in model.tables}
    others = {
        table
        for metadata in model.metadata
        if metadata is not KERNEL_METADATA
        for table in metadata.tables
        if table not in rebuilt
    }
    return [Lacking(table, await connection.fetchval(f'SELECT count(*) FROM "{table}"')) for table in sorted(others)]
