"""Making checkpoints: each service's log went on from the last one, was counted, signed and stored elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kernel.running.service import Service
from kernel.security.signed_notes import signed_note
from kernel.security.signing_keys import PublicKey, SigningKey
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.log import log_counts
from kernel.writing.event_store.log_tree import leaves
from kernel.writing.event_store.merkle import Tree
from kernel.writing.event_store.sources import ANSWERS, SourceDigest, digests, settled_at
from kernel.writing.snapshots import snapshot
from onestop.checkpoints.checkpoint import ORIGIN, Checkpoint, CheckpointError
from onestop.checkpoints.folder import CheckpointFolder
from onestop.services import SERVICES


async def make_checkpoints(
    admin_url: str, folder: Path, key: SigningKey, made_at: datetime, former: Sequence[PublicKey] = ()
) -> dict[Path, Checkpoint]:
    """A checkpoint of every service, by its new file. What is signed goes on from the last checkpoint of the folder.

    ``former`` are keys that signed before this one. Raises CheckpointError where the last checkpoint cannot be read or
    the log is shorter than it.
    """
    made = {}
    for name, service in SERVICES.items():
        kept = CheckpointFolder(folder, name)
        last = kept.last([key.public, *former])
        tree = last.tree if last else Tree()
        async with administering(admin_url) as apart:
            settled = await settled_at(apart)  # before the snapshot begins
        async with snapshot(admin_url, service.schema) as connection:
            await _grow(connection, name, tree, kept)
            found = await source_digests(connection, service, settled)
        checkpoint = Checkpoint(
            origin=f"{ORIGIN}/{name}",
            size=tree.size,
            root=tree.root,
            made_at=made_at,
            settled_at=settled,
            peaks=tree.peaks,
            digests=tuple(found),
        )
        made[kept.keep(checkpoint, signed_note(checkpoint.text, key))] = checkpoint
    return made


async def _grow(connection: SingleConnection, name: str, tree: Tree, kept: CheckpointFolder) -> None:
    entries = (await log_counts(connection)).last
    if entries < tree.size:
        raise CheckpointError(
            f"{name}: the log has {entries} entries and had {tree.size} at the last checkpoint. Nothing was signed: "
            "see what `onestop verify-chain --against` says, and begin another folder only after an adopted restore"
        )
    with kept.leaves_after(tree.size) as keep:
        async for leaf in leaves(connection, after=tree.size):
            tree.add(leaf)
            keep(leaf)


async def source_digests(connection: SingleConnection, service: Service, settled: datetime) -> list[SourceDigest]:
    """All that a service stores beside its events, from before a moment."""
    sources = (ANSWERS, *service.parts.sources)
    return [one for source in sources for one in await digests(connection, source, settled)]
