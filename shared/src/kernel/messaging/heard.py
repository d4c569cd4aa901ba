"""What a service hears from another and only keeps as read rows, which replay can rebuild from the other's events."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.inbox import Effects, PoisonError
from kernel.writing.database import Connection
from kernel.writing.event_registry import EventRegistry, UnknownEventTypeError
from kernel.writing.read_tables import Change, write


class Heard(msgspec.Struct, frozen=True):
    """A topic whose messages a consumer turns into read rows and nothing else."""

    consumer: str
    topic: str
    registry: EventRegistry
    project: Callable[[Any], Iterable[Change]]


def effects_of(heard: Heard) -> Effects:
    """The consumer's effects: the rows of a batch of messages, written in the inbox's transaction."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        await write(connection, [c for message in messages for c in heard.project(read(heard.registry, message))])

    return effects


def read(registry: EventRegistry, message: Message) -> Any:
    """A message's event; raises PoisonError where it cannot be read."""
    try:
        return registry.decode(message.type, 1, message.body)
    except (msgspec.DecodeError, UnknownEventTypeError) as error:
        raise PoisonError(f"{message.topic}: {error}") from error
