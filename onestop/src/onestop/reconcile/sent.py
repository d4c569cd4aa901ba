"""How much a service has sent: its relay's counts, once they are known to be whole."""

from typing import Final

import msgspec

from kernel.messaging.chain import Head
from kernel.messaging.event_log.port import PARTITIONS
from kernel.writing.database import SingleConnection
from onestop.services import SERVICES

_NUMBERED_SQL: Final = 'SELECT gseq FROM "{schema}".sequencer'
_RELAY_SQL: Final = """
SELECT gseq, pseqs, heads, epoch, (SELECT name FROM "{schema}".timeline) AS timeline
FROM "{schema}".relay WHERE topic = $1
"""


class Sent(msgspec.Struct, frozen=True):
    """What was sent, by partition, and the chain's head behind the last of it where the service signs."""

    pseqs: list[int]
    heads: list[str] | None = None


async def numbered(owner: SingleConnection, service: str) -> int:
    """The last number of the service's log: nothing beyond it has ever been sent."""
    last: int | None = await owner.fetchval(_NUMBERED_SQL.format(schema=SERVICES[service].schema))
    return last or 0


async def sent(owner: SingleConnection, service: str, upto: int) -> Sent | None:
    """What was sent, or None where the relay has not stored yet that it came to the number ``upto``.

    A relay stores where it stands a moment after it has sent, so its counts alone may be behind what is out.
    """
    parts = SERVICES[service].parts
    row = await owner.fetchrow(_RELAY_SQL.format(schema=parts.schema), parts.topic)
    if row is None:
        return None if upto else Sent([0] * PARTITIONS)
    if row["gseq"] < upto:
        return None
    pseqs = msgspec.json.decode(row["pseqs"], type=list[int])
    digests = msgspec.json.decode(row["heads"] or "null", type=list[str] | None)
    if digests is None:
        return Sent(pseqs)
    return Sent(pseqs, [Head(row["epoch"], row["timeline"], digest).text for digest in digests])
