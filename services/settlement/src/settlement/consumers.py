"""Consumers: messages of identity and referral become rows that decisions are made with."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from kernel.contracts import identity, referral
from kernel.database import Connection
from kernel.event_log import Message
from kernel.event_registry import EventRegistry, UnknownEventTypeError
from kernel.event_store import EventStore
from kernel.inbox import Effects, PoisonError
from kernel.read_tables import Change, write
from kernel.runtime import Subscription
from settlement.projections import project_entitlement, project_referral


def subscriptions(_store: EventStore) -> Sequence[Subscription]:
    """What settlement listens to."""
    return (
        Subscription("settlement", identity.TOPIC, _into_rows(identity.REGISTRY, project_entitlement)),
        Subscription("settlement", referral.TOPIC, _into_rows(referral.REGISTRY, project_referral)),
    )


def _into_rows(registry: EventRegistry, project: Callable[..., Iterable[Change]]) -> Effects:
    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        changes = [change for message in messages for change in project(_read(registry, message))]
        await write(connection, changes)

    return effects


def _read(registry: EventRegistry, message: Message) -> object:
    try:
        return registry.decode(message.type, 1, message.body)
    except (msgspec.DecodeError, UnknownEventTypeError) as error:
        raise PoisonError(f"{message.topic}: {error}") from error
