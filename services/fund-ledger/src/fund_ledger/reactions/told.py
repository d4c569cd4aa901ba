"""Consumers: settlements, supplements, refusals and revocations become journals, a batch in one transaction."""

from collections.abc import Sequence
from typing import Final

from contracts import identity, settlement
from fund_ledger.config import Config
from fund_ledger.journals.commands.booking import Happened, Told, book
from fund_ledger.journals.commands.premiums import book_premiums
from kernel.messaging.envelope import type_name
from kernel.messaging.event_log import Message
from kernel.messaging.heard import read
from kernel.messaging.inbox import PoisonError
from kernel.running.runtime import Subscription
from kernel.values.refusals import Refused
from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore

_PREMIUMS_PAID: Final = type_name(identity.TOPIC, identity.PremiumsPaid)


def subscriptions(store: EventStore, config: Config) -> Sequence[Subscription]:
    """What the ledger listens to."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        told: list[Told] = []
        for message in messages:
            event = read(settlement.REGISTRY, message)
            if isinstance(event, Happened):
                told.append((message, event))
        if not told:
            return
        try:
            await book(store, connection, told, config)
        except Refused as refused:
            # No later attempt would help: it is put aside with the person's later ones, for somebody to look at.
            raise PoisonError(str(refused)) from refused

    async def premiums(connection: Connection, messages: Sequence[Message]) -> None:
        told = [(message, read(identity.REGISTRY, message)) for message in messages if message.type == _PREMIUMS_PAID]
        if told:
            await book_premiums(store, connection, told, config)

    return (
        Subscription("fund-ledger", settlement.TOPIC, effects),
        Subscription("fund-ledger", identity.TOPIC, premiums),
    )
