"""Which event made a row: asked only where a row differs, for it takes another walk through the logs."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from kernel.running.service import Service
from kernel.writing.event_store.log import events_in_order
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change, key_of
from kernel.writing.snapshots import snapshot
from onestop.replay.otherwise import Otherwise
from onestop.replay.published import Numbering
from onestop.replay.run import Run
from onestop.services import SERVICES


class Place(msgspec.Struct, frozen=True):
    """A row's place: the service's schema, the table, and its key as texts in the order of the key's columns."""

    schema: str
    table: str
    key: tuple[str, ...]


#: By place what made it, as a person looks for it.
Makers: TypeAlias = dict[Place, str]


async def makers_of(run: Run, places: Iterable[Place]) -> Makers:
    """The last event that left a row at each place, or took it away; a place that no event leaves anything at is
    missing, as are the rows that the database derives from others.

    Every log is read once more, from the run's picture.
    """
    wanted = frozenset(places)
    made: Makers = {}
    if wanted:
        for publisher in SERVICES.values():
            async for place, entry in _changes(run, publisher, {place.schema for place in wanted}):
                if place in wanted:
                    made[place] = _said(publisher, entry)
    return made


async def _changes(run: Run, publisher: Service, schemas: set[str]) -> AsyncIterator[tuple[Place, LoggedEvent]]:
    """Every row that the events of a log leave, in the tables of its own service and of those that hear of it."""
    numbering = Numbering(publisher.parts.publish)
    async with snapshot(run.admin_url, publisher.schema, run.picture) as live:
        hearing = [service for service in SERVICES.values() if service.schema in schemas]
        async for page in events_in_order(live, publisher.parts.registry):
            if publisher.schema in schemas:
                for entry in page:
                    for change in publisher.parts.project(entry.recorded):
                        yield _place(publisher, change), entry
            for place, entry in _heard(numbering, page, publisher, hearing, run.otherwise):
                yield place, entry


def _heard(
    numbering: Numbering,
    page: Sequence[LoggedEvent],
    publisher: Service,
    hearing: Sequence[Service],
    others: Mapping[str, Otherwise],
) -> Iterable[tuple[Place, LoggedEvent]]:
    for told in numbering.take(page):
        for service in hearing:
            for heard in service.parts.heard:
                if heard.contract.topic == publisher.parts.topic:
                    who = heard.contract, heard.consumer
                    taken = others[service.schema].taken(told.event, *who, told.partition, told.pseq)
                    for change in () if taken is None else heard.project(taken):
                        yield _place(service, change), told.entry


def _place(service: Service, change: Change) -> Place:
    return Place(service.schema, change.table.name, tuple(str(value) for value in key_of(change)))


def _said(publisher: Service, entry: LoggedEvent) -> str:
    recorded = entry.recorded
    return (
        f"{entry.type}, event {entry.gseq} of {publisher.parts.name}: {recorded.stream_id} version {recorded.version}, "
        f"{recorded.occurred_at.isoformat()}"
    )
