"""Proving one event: that it is in the log that a checkpoint was made over (C2SP tlog-proof)."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kernel.security.signing_keys import PublicKey
from kernel.writing.event_store.leaves import leaf_data
from kernel.writing.event_store.log_tree import leaves
from kernel.writing.event_store.merkle import leaf_hash
from kernel.writing.event_store.proofs import inclusion
from kernel.writing.snapshots import snapshot
from onestop.checkpoints.checkpoint import CheckpointError
from onestop.checkpoints.folder import read_checkpoint, read_note
from onestop.services import SERVICES

_ENTRY_SQL: Final = """
SELECT l.gseq, l.logged_at, e.recorded_at, e.chain
FROM events e JOIN event_log l ON l.pos = e.pos WHERE e.event_id::text = $1
"""


async def prove_event(admin_url: str, service: str, event_id: str, against: Path, keys: Sequence[PublicKey]) -> str:
    """The proof as text, with the checkpoint inside; ``extra`` is what the leaf was hashed from.

    Raises CheckpointError: for an unknown service or event, an event that the checkpoint does not cover, and a log that
    is not the one that the checkpoint was made over.
    """
    checkpoint, note = read_checkpoint(against, keys), read_note(against)
    if service != checkpoint.service or service not in SERVICES:
        raise CheckpointError(f"{against} is a checkpoint of {checkpoint.service}, not of {service}")
    async with snapshot(admin_url, SERVICES[service].schema) as connection:
        entry = await connection.fetchrow(_ENTRY_SQL, event_id)
        if entry is None:
            raise CheckpointError(f"{service} has no numbered event {event_id}")
        if entry["gseq"] > checkpoint.size:
            raise CheckpointError(
                f"event {event_id} has number {entry['gseq']}, behind the checkpoint's {checkpoint.size}"
            )
        known = [leaf async for leaf in leaves(connection, after=0, upto=checkpoint.size)]
    data = leaf_data(entry["logged_at"], entry["recorded_at"], entry["chain"])
    proof = inclusion(known, entry["gseq"] - 1)
    if proof.root(leaf_hash(data)) != checkpoint.root:
        raise CheckpointError(
            f"{service}: the log is not the one of the checkpoint; see `onestop verify-chain --against`"
        )
    head = ["c2sp.org/tlog-proof@v1", f"extra {b64encode(data).decode()}", f"index {proof.index}"]
    lines = [*head, *(b64encode(beside).decode() for beside in proof.path), ""]
    return "".join(f"{line}\n" for line in lines) + note
