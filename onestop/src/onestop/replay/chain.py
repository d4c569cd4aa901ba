"""Checking every service's streams and log, and holding them against checkpoints that were kept elsewhere."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.chain import ChainVerdict, check_chain
from kernel.writing.event_store.log_tree import LogVerdict, check_log, entries
from kernel.writing.event_store.sources import ANSWERS
from kernel.writing.snapshots import snapshot
from onestop.checkpoints.against import log_faults, named, source_faults
from onestop.checkpoints.checkpoint import Checkpoint
from onestop.checkpoints.folder import leaves_beside
from onestop.checkpoints.making import source_digests
from onestop.services import SERVICES

#: Checkpoints by the files that hold them.
Checkpoints = Mapping[Path, Checkpoint]


async def verify_chain(
    admin_url: str, checkpoints: Checkpoints | None = None, today: date | None = None
) -> ChainVerdict:
    """Walk every stream and the whole log of every service; what is broken is said with the service's name.

    With ``checkpoints`` also prove that nothing that they cover was changed, removed, reordered or added since;
    ``today`` says which answers may have gone because their time is over. Each checkpoint is of one of the services.
    """
    by_service: dict[str, dict[Path, Checkpoint]] = {name: {} for name in SERVICES}
    for path, checkpoint in (checkpoints or {}).items():
        by_service[checkpoint.service][path] = checkpoint
    found = await asyncio.gather(
        *(_verify_service(admin_url, SERVICES[name], kept, today or date.max) for name, kept in by_service.items())
    )
    return ChainVerdict(
        sum(one.events for one in found),
        sum(one.streams for one in found),
        tuple(f"{name}: {said}" for name, one in zip(SERVICES, found, strict=True) for said in one.broken),
        tuple(f"{name}: {said}" for name, one in zip(SERVICES, found, strict=True) for said in one.notes),
    )


async def _verify_service(admin_url: str, service: Service, kept: Checkpoints, today: date) -> ChainVerdict:
    async with snapshot(admin_url, service.schema) as connection:
        streams = await check_chain(connection)
        log = await check_log(connection, {checkpoint.size for checkpoint in kept.values()})
        broken, notes = [*streams.broken, *log.broken], list(_notes(log, kept))
        broken += await _log_against(connection, kept, log)
        for checkpoint in kept.values():
            now = await source_digests(connection, service, checkpoint.settled_at)
            sources = {source.name: source for source in (ANSWERS, *service.parts.sources)}
            faults, remarks = source_faults(checkpoint, now, sources, today)
            broken += faults
            notes += remarks
    return ChainVerdict(streams.events, streams.streams, tuple(dict.fromkeys(broken)), tuple(dict.fromkeys(notes)))


def _notes(log: LogVerdict, kept: Checkpoints) -> Iterator[str]:
    if log.away:
        yield (
            f"{log.away} entries stand by the hash that they were numbered with: their events lie in detached archives "
            "and are proven when those are brought back"
        )
    if not log.leafless:
        return
    since = min((one.made_at for one in kept.values() if one.size >= log.leafless), default=None)
    told = "by nothing yet: make a checkpoint" if since is None else f"by the checkpoints since {since:%F %T}"
    before = f"entries up to {log.leafless} were numbered by a program without the log's tree and are bound {told}"
    yield f"{before}; from {log.leafless + 1} on each is bound from its numbering"


async def _log_against(connection: SingleConnection, kept: Checkpoints, log: LogVerdict) -> list[str]:
    """The faults of the log against its checkpoints, and what exactly was done where their leaves were kept, too."""
    broken: list[str] = []
    for path, checkpoint in sorted(kept.items(), key=lambda item: item[1].size):
        if faults := list(log_faults(checkpoint, log)):
            broken += faults
            known = leaves_beside(path, checkpoint)
            if known is not None:
                broken += named(known, await entries(connection, after=0))
            break  # the later ones say it again
    return broken
