"""Whether events get their numbers."""

from collections.abc import Sequence
from typing import Final

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.restored import RestoredClusterError, require_adopted
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting

_SECONDS_MAX: Final = 5.0
_WAITING_SQL: Final = """
SELECT count(*) AS events, extract(epoch FROM clock_timestamp() - min(recorded_at))::float8 AS age
FROM events e WHERE (e.order_tx, e.pos) > (SELECT s.order_tx, s.pos FROM sequencer s)
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Events that wait for their number, and data that come from another cluster."""
    found: list[Finding] = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            restored = await _is_restored(connection)
            row = await connection.fetchrow(_WAITING_SQL)
        assert row is not None
        if restored:
            says = f"the events of {name} come from another cluster or database, and nobody has adopted them"
            found.append(fault(says, "follow docs/runbooks/backup-and-restore.md: run `onestop restore` once"))
        elif row["events"] and row["age"] > _SECONDS_MAX:
            says = f"{row['events']} events of {name} have no number yet, the oldest for {lasting(row['age'])}"
            found.append(
                fault(says, f"see elections and horizon; else the log of {name} says what its sequencer lacks")
            )
    return found


async def _is_restored(connection: SingleConnection) -> bool:
    try:
        await require_adopted(connection)
    except RestoredClusterError:
        return True
    return False


CHECK: Final = Check("numbering", "every event has its number", look)
