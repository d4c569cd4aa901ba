"""After a restore: every service's events adopted by the new cluster."""

from kernel.writing.database import open_pool
from kernel.writing.event_store.sequencer import adopt_restored
from onestop.services import SERVICES


async def adopt_all(admin_url: str) -> dict[str, int]:
    """Adopt each service's events; gives the last number of each. Raises RestoredClusterError."""
    adopted = {}
    for name, service in SERVICES.items():
        async with await open_pool(admin_url, schema=service.schema, size=1) as pool:
            adopted[name] = await adopt_restored(pool)
    return adopted
