"""A consumer that keeps rows of what another service tells: what it has taken of a message by now."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kernel.messaging.heard import Heard
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from onestop.replay.otherwise import Otherwise
from onestop.replay.published import Told
from onestop.services import SERVICES

_CONSUMED_SQL: Final = """
SELECT partition, last_pseq FROM "{schema}".inbox_cursor WHERE consumer = $1 AND topic = $2
"""


class Hearing:
    """One consumer of one topic; it must begin before it is asked."""

    def __init__(self, service: Service, heard: Heard, otherwise: Otherwise) -> None:
        self.service = service
        self.heard = heard
        self._otherwise = otherwise
        self._consumed: dict[int, int] = {}

    async def begin(self, live: SingleConnection) -> None:
        """See how far it has come."""
        who = self.heard.consumer, self.heard.contract.topic
        consumed = await live.fetch(_CONSUMED_SQL.format(schema=self.service.schema), *who)
        self._consumed = {row[0]: row[1] for row in consumed}

    def taken(self, told: Told) -> Any | None:
        """The event that it took for a message; None where it has not consumed it, or took none."""
        if told.pseq > self._consumed.get(told.partition, 0):
            return None
        who = self.heard.contract, self.heard.consumer
        return self._otherwise.taken(told.event, *who, told.partition, told.pseq)


def hearings_of(
    publisher: Service, otherwise: Mapping[str, Otherwise], services: Iterable[Service] | None = None
) -> list[Hearing]:
    """The consumers of a publisher's topic that keep rows: of all services, or of these."""
    return [
        Hearing(consumer, heard, otherwise[consumer.schema])
        for consumer in (SERVICES.values() if services is None else services)
        for heard in consumer.parts.heard
        if heard.contract.topic == publisher.parts.topic
    ]
