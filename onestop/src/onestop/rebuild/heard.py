"""What a consumer keeps of another's messages, from that one's log: as far as it has consumed, and not further."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from kernel.messaging.heard import Heard
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import PAGE, read_log
from kernel.writing.read_tables import Change
from onestop.rebuild.progress import HeardSoFar
from onestop.replay.otherwise import taken_otherwise
from onestop.replay.published import Numbering
from onestop.services import SERVICES

_PARKED_SQL: Final = "SELECT partition, pseq FROM inbox_parked WHERE consumer = $1 AND topic = $2"
_CONSUMED_SQL: Final = "SELECT partition, last_pseq FROM inbox_cursor WHERE consumer = $1 AND topic = $2"


class HeardHere(msgspec.Struct, frozen=True):
    """A consumer of a service that keeps rows, and the publisher whose messages they are of."""

    service: Service
    heard: Heard
    publisher: Service

    @property
    def key(self) -> str:
        """Its name among the service's consumers of all topics."""
        return f"{self.heard.consumer} {self.heard.contract.topic}"


def consumers_of(service: Service) -> list[HeardHere]:
    """The consumers of a service that keep rows; nothing says which keeps them in which table."""
    publishers = {one.parts.topic: one for one in SERVICES.values()}
    return [HeardHere(service, heard, publishers[heard.contract.topic]) for heard in service.parts.heard]


async def walk(
    connection: SingleConnection, live: str, here: HeardHere, done: Mapping[str, HeardSoFar], *, last: bool
) -> AsyncIterator[tuple[list[Change], HeardSoFar]]:
    """The rows of consumed messages from where the walk stood, page by page, each with where it stands then.

    It stops before the first message that is not consumed, or is parked and may be yet. With ``last`` it goes to the
    log's end and passes over those. The session sees the schema ``live`` whenever it is asked for the next.
    """
    so_far = done.get(here.key, HeardSoFar())
    who = here.heard.consumer, here.heard.contract.topic
    consumed = {row["partition"]: row["last_pseq"] for row in await connection.fetch(_CONSUMED_SQL, *who)}
    parked = {tuple(row) for row in await connection.fetch(_PARKED_SQL, *who)}
    otherwise = await taken_otherwise(connection, here.service)
    while True:
        async with _seeing(connection, here.publisher.schema, live):
            page = await read_log(connection, here.publisher.parts.registry, after=so_far.gseq, limit=PAGE)
        if not page:
            return
        numbering = Numbering(here.publisher.parts.publish)
        numbering.counters = list(so_far.counts)
        changes: list[Change] = []
        for entry in page:
            counts = tuple(numbering.counters)
            for one in numbering.take([entry]):
                if one.pseq > consumed.get(one.partition, 0) or (one.partition, one.pseq) in parked:
                    if last:
                        continue
                    yield changes, HeardSoFar(entry.gseq - 1, counts)
                    return
                taken = otherwise.taken(one.event, here.heard.contract, who[0], one.partition, one.pseq)
                changes.extend(() if taken is None else here.heard.project(taken))
        so_far = HeardSoFar(page[-1].gseq, tuple(numbering.counters))
        yield changes, so_far


async def parked_of(connection: SingleConnection, here: HeardHere) -> int:
    """How many messages a consumer has parked."""
    return len(await connection.fetch(_PARKED_SQL, here.heard.consumer, here.heard.contract.topic))


@asynccontextmanager
async def _seeing(connection: SingleConnection, schema: str, afterwards: str) -> AsyncIterator[None]:
    await connection.execute(f'SET search_path TO "{schema}"')
    yield
    await connection.execute(f'SET search_path TO "{afterwards}"')
