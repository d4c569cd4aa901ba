"""Rows that a service keeps of another's messages, rebuilt from that one's events up to what was consumed by now."""

from collections.abc import Sequence
from typing import Final

from kernel.messaging.heard import Heard
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.read_tables import Change
from onestop.replay.published import Told
from onestop.replay.run import Run
from onestop.replay.shadow import Shadow

_CONSUMED_SQL: Final = """
SELECT partition, last_pseq FROM "{schema}".inbox_cursor WHERE consumer = $1 AND topic = $2
"""


class HeardRows:
    """One consumer's rows."""

    def __init__(self, writer: SingleConnection, run: Run, service: Service, heard: Heard) -> None:
        self._shadow = Shadow(writer, run, service)
        self._service = service
        self._heard = heard
        self._consumed: dict[int, int] = {}
        self._otherwise = run.otherwise[service.schema]

    async def begin(self, live: SingleConnection) -> None:
        """See how far the consumer has come."""
        who = self._heard.consumer, self._heard.contract.topic
        consumed = await live.fetch(_CONSUMED_SQL.format(schema=self._service.schema), *who)
        self._consumed = {row[0]: row[1] for row in consumed}

    async def take(self, told: Sequence[Told]) -> None:
        """Rebuild what a page of messages left."""
        changes: list[Change] = []
        contract, consumer = self._heard.contract, self._heard.consumer
        project, taken_of, consumed = self._heard.project, self._otherwise.taken, self._consumed
        for one in told:
            if one.pseq <= consumed.get(one.partition, 0):
                taken = taken_of(one.event, contract, consumer, one.partition, one.pseq)
                if taken is not None:
                    changes.extend(project(taken))
        await self._shadow.apply(changes)
