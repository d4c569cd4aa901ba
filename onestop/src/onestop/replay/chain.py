"""Checking the chain of every service."""

from kernel.writing.event_store.chain import ChainVerdict, check_chain
from onestop.replay.snapshot import snapshot
from onestop.services import SERVICES


async def verify_chain(admin_url: str) -> ChainVerdict:
    """Walk every stream of every service; what is broken is said with the service's name."""
    found: list[ChainVerdict] = []
    broken: list[str] = []
    for name, service in SERVICES.items():
        async with snapshot(admin_url, service.schema) as connection:
            found.append(await check_chain(connection))
        broken += [f"{name}: {place}" for place in found[-1].broken]
    return ChainVerdict(sum(one.events for one in found), sum(one.streams for one in found), tuple(broken))
