"""Consumers: settlements and revocations become journals, a batch in one transaction."""

from collections.abc import Sequence
from typing import Any

from fund_ledger.handlers.booking import book
from kernel.contracts import settlement
from kernel.database import Connection
from kernel.event_log import Message
from kernel.event_store import EventStore
from kernel.heard import read
from kernel.runtime import Subscription


def subscriptions(store: EventStore) -> Sequence[Subscription]:
    """What the ledger listens to."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        told: list[tuple[Message, Any]] = [(message, read(settlement.REGISTRY, message)) for message in messages]
        await book(store, connection, told)

    return (Subscription("fund-ledger", settlement.TOPIC, effects),)
