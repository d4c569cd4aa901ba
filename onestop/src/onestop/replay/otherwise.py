"""Messages that a consumer did not take as they were published: parked ones not yet, mended ones with another body."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from kernel.messaging.envelope import decode
from kernel.messaging.mending import MessageMended, MessageVoided
from kernel.running.service import Service
from kernel.values.contract import Contract

_PARKED_SQL: Final = "SELECT consumer, topic, partition, pseq FROM inbox_parked"
_MENDINGS_SQL: Final = """
SELECT type, schema_version, data FROM events WHERE type IN ('MessageMended', 'MessageVoided') ORDER BY pos
"""

#: Consumer, topic, partition and number.
Place: TypeAlias = tuple[str, str, int, int]


class Otherwise:
    """What one service has taken otherwise than it was published."""

    def __init__(self, said: Mapping[Place, MessageMended | None]) -> None:
        self._said = said

    def taken(self, event: Any, contract: Contract, consumer: str, partition: int, pseq: int) -> Any | None:
        """The event that the consumer took for the published one; None where it took none."""
        if not self._said:
            return event
        place = (consumer, contract.topic, partition, pseq)
        if place not in self._said:
            return event
        mended = self._said[place]
        return None if mended is None else decode(contract, mended.type, mended.body)


async def taken_otherwise(live: Any, service: Service) -> Otherwise:
    """Read it; ``live`` sees one moment of the service's schema."""
    said: dict[Place, MessageMended | None] = {}
    for row in await live.fetch(_MENDINGS_SQL):
        done = service.parts.registry.decode(row["type"], row["schema_version"], row["data"])
        assert isinstance(done, MessageMended | MessageVoided), "the question asks for these only"
        place = (done.consumer, done.topic, done.partition, done.pseq)
        said[place] = done if isinstance(done, MessageMended) else None
    for row in await live.fetch(_PARKED_SQL):
        said[row["consumer"], row["topic"], row["partition"], row["pseq"]] = None
    return Otherwise(said)


async def all_taken_otherwise(live: Any, services: Iterable[Service]) -> dict[str, Otherwise]:
    """The same of several services, by schema; ``live`` sees the last one's afterwards."""
    found = {}
    for service in services:
        await live.execute(f'SET LOCAL search_path TO "{service.schema}"')
        found[service.schema] = await taken_otherwise(live, service)
    return found
