"""Whether the newest events are as they were written; all of them are too many for a look."""

from collections.abc import Sequence
from typing import Final

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import GENESIS, chain_hash, parts_of
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

#: Of each service.
_LOOKED_AT_MAX: Final = 1000
_NEWEST_SQL: Final = """
SELECT e.*, before.chain AS before FROM (SELECT * FROM events ORDER BY pos DESC LIMIT $1) e
LEFT JOIN events before ON before.stream_id = e.stream_id AND before.version = e.version - 1
ORDER BY e.pos
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """The first of the newest events of each service whose hash, or whose predecessor, is not what it was."""
    found = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            broken = await _broken(connection)
        if broken:
            do = "nobody repairs this by hand: `onestop verify-chain --against` the checkpoints, then docs/runbooks"
            found.append(fault(f"an event of {name} is not as it was written: {broken}", do))
    return found


async def _broken(connection: SingleConnection) -> str:
    for row in await connection.fetch(_NEWEST_SQL, _LOOKED_AT_MAX):
        place = f"stream {row['stream_id']} version {row['version']} ({row['type']})"
        before = GENESIS if row["version"] == 1 else row["before"]
        if before is None:
            return f"{place} has none before it"
        if chain_hash(before, parts_of(row)) != row["chain"]:
            return f"{place} was changed"
    return ""


CHECK: Final = Check("events", "the newest events of each service are as they were written", look)
