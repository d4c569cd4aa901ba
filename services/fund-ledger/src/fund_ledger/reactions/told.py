"""Consumers: settlements, supplements, refusals and revocations become journals, a batch in one transaction."""

from collections.abc import Sequence
from typing import Final

from contracts import identity, settlement
from fund_ledger.config import Config
from fund_ledger.journals.commands.booking import Happened, Told, book
from fund_ledger.journals.commands.premiums import book_premiums
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import read
from kernel.messaging.inbox import PoisonError
from kernel.running.runtime import Subscription
from kernel.values.refusals import Refused
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection

_PREMIUMS_PAID: Final = types_of(identity.CONTRACT, identity.PremiumsPaid)


def subscriptions(path: CommandPath, config: Config) -> Sequence[Subscription]:
    """What the ledger listens to."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        told: list[Told] = []
        for message in messages:
            event = read(settlement.CONTRACT, message)
            if isinstance(event, Happened):
                told.append((message, event))
        if not told:
            return
        try:
            await book(path.store, connection, told, config)
        except Refused as refused:
            # No later attempt would help: it is put aside with the person's later ones, for somebody to look at.
            raise PoisonError(str(refused)) from refused

    async def premiums(connection: Connection, messages: Sequence[Message]) -> None:
        told = [(message, read(identity.CONTRACT, message)) for message in messages if message.type in _PREMIUMS_PAID]
        if told:
            await book_premiums(path.store, connection, told, config)

    return (
        Subscription(consumer="fund-ledger", topic=settlement.TOPIC, effects=effects),
        Subscription(consumer="fund-ledger", topic=identity.TOPIC, effects=premiums),
    )
