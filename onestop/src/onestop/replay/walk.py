"""A walk through a log for what each event leaves: in its own service's tables, and in those of others that hear it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import events_in_order
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.read_tables import Change
from onestop.replay.hearing import Hearing, hearings_of
from onestop.replay.otherwise import Otherwise
from onestop.replay.published import Numbering, Told

#: Whose table, what the event leaves there, and the event.
Left = tuple[Service, Change, LoggedEvent]


async def left_by(
    live: SingleConnection,
    publisher: Service,
    services: Sequence[Service],
    otherwise: Mapping[str, Otherwise],
    counts: Callable[[LoggedEvent], bool] = lambda _entry: True,
) -> AsyncIterator[Left]:
    """What every event of the publisher's log that ``counts`` leaves in the tables of ``services``, in the log's order.

    ``live`` sees the publisher's schema. Messages are numbered, and so found, whether they count or not.
    """
    own = publisher.schema in {service.schema for service in services}
    numbering, hearings = Numbering(publisher.parts.publish), hearings_of(publisher, otherwise, services)
    for hearing in hearings:
        await hearing.begin(live)
    async for page in events_in_order(live, publisher.parts.registry):
        for entry in page if own else ():
            if counts(entry):
                for change in publisher.parts.project(entry.recorded):
                    yield publisher, change, entry
        for told in numbering.take(page) if hearings else ():
            if counts(told.entry):
                for left in _heard(told, hearings):
                    yield left


def _heard(told: Told, hearings: Sequence[Hearing]) -> Iterator[Left]:
    for hearing in hearings:
        taken = hearing.taken(told)
        for change in () if taken is None else hearing.heard.project(taken):
            yield hearing.service, change, told.entry
