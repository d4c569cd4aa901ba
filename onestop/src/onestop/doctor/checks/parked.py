"""Whether messages are parked: their persons or accounts stand still until somebody looks."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting

_PARKED_SQL: Final = """
SELECT consumer, topic, count(*) AS messages, count(DISTINCT key) AS keys,
       extract(epoch FROM clock_timestamp() - min(parked_at))::float8 AS age
FROM inbox_parked GROUP BY consumer, topic ORDER BY consumer, topic
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Consumers with parked messages."""
    found: list[Finding] = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            rows = await connection.fetch(_PARKED_SQL)
        found += [
            fault(
                f"{row['messages']} messages of topic {row['topic']} are parked at {name} as {row['consumer']}, "
                f"of {row['keys']} persons or accounts, the oldest for {lasting(row['age'])}",
                f"`onestop parked list {name}` says why; mend the cause, then `onestop parked retry`",
            )
            for row in rows
        ]
    return found


CHECK: Final = Check("parked", "no message is parked", look)
