"""Whether numbered events are published."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting

_SECONDS_MAX: Final = 5.0
_WAITING_SQL: Final = """
SELECT s.gseq - r.gseq AS events, extract(epoch FROM clock_timestamp() - l.logged_at)::float8 AS age
FROM (SELECT COALESCE((SELECT gseq FROM relay WHERE topic = $1), 0) AS gseq) r
CROSS JOIN (SELECT gseq FROM sequencer WHERE one = 1) s JOIN event_log l ON l.gseq = r.gseq + 1
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Events that have a number and were not sent."""
    found = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            row = await connection.fetchrow(_WAITING_SQL, service.parts.topic)
        if row is not None and row["age"] > _SECONDS_MAX:
            says = f"{row['events']} events of {name} are not published, the oldest for {lasting(row['age'])}"
            found.append(fault(says, f"see elections and kafka; else the log of {name} says what its relay lacks"))
    return found


CHECK: Final = Check("publishing", "every numbered event is published", look)
