"""What identity tells: premiums that finance paid for the poor go from a county's funds to the insurance."""

from collections.abc import Sequence

from contracts.identity import CONTRACT, TOPIC, PremiumsPaid
from fund_ledger.charts.domain import Charts
from fund_ledger.journals.commands import Booking, book
from fund_ledger.journals.domain.commands import BookPremiums
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import read
from kernel.messaging.inbox import PoisonError
from kernel.running.runtime import Subscription
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection


def premiums(path: CommandPath, charts: Charts) -> Subscription:
    """Identity's topic, of which batches of paid premiums are booked one after the other."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        try:
            await book(path, connection, [_booking(message) for message in messages], charts)
        except Refused as refused:
            raise PoisonError(str(refused)) from refused

    types = types_of(CONTRACT, PremiumsPaid)
    return Subscription(consumer="fund-ledger", topic=TOPIC, effects=effects, types=types)


def _booking(message: Message) -> Booking:
    paid: PremiumsPaid = read(CONTRACT, message)
    journal_id = f"premiums-{paid.batch_id}"
    command = BookPremiums(
        journal_id=journal_id,
        county=paid.county,
        funds=paid.funds,
        total_fen=paid.total_fen,
        available_fen={},
        booked_on=paid.paid_on,
    )
    return Booking(CommandContext.of_message(message, "fund-ledger"), journal_id, command)
