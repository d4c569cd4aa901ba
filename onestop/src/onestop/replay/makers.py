"""Which event made a row: asked only where a row differs, for it takes another walk through the logs."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from kernel.running.service import Service
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change, key_of
from kernel.writing.snapshots import snapshot
from onestop.replay.run import Run
from onestop.replay.walk import left_by
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
        schemas = {place.schema for place in wanted}
        services = [service for service in SERVICES.values() if service.schema in schemas]
        for publisher in SERVICES.values():
            async with snapshot(run.admin_url, publisher.schema, run.picture) as live:
                async for service, change, entry in left_by(live, publisher, services, run.otherwise):
                    if (place := _place(service, change)) in wanted:
                        made[place] = _said(publisher, entry)
    return made


def _place(service: Service, change: Change) -> Place:
    return Place(service.schema, change.table.name, tuple(str(value) for value in key_of(change)))


def _said(publisher: Service, entry: LoggedEvent) -> str:
    recorded = entry.recorded
    return (
        f"{entry.type}, event {entry.gseq} of {publisher.parts.name}: {recorded.stream_id} version {recorded.version}, "
        f"{recorded.occurred_at.isoformat()}"
    )
