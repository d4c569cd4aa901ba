"""What identity tells: premiums that finance paid for the poor, which the funds bear, and whose data were erased."""

from collections.abc import Iterable, Sequence
from typing import Final

from contracts.identity import CONTRACT, TOPIC, EntitlementChanged, PremiumsPaid
from fund_ledger.charts.domain import Charts
from fund_ledger.journals.commands import Booking, book
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.payees.rows import erased_rows
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.messaging.inbox import PoisonError
from kernel.running.runtime import Subscription
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from kernel.writing.read_tables import Change


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


def _erased(event: EntitlementChanged) -> Iterable[Change]:
    return erased_rows(event.person_id) if event.change == "ERASED" else ()


#: Sealed accounts do not follow from events, so neither does what is left of them: these rows are not for replay.
_ACCOUNTS: Final = Heard("fund-ledger-accounts", CONTRACT, {EntitlementChanged: _erased})
ERASURES: Final = Subscription(
    consumer=_ACCOUNTS.consumer,
    topic=CONTRACT.topic,
    effects=_ACCOUNTS.effects,
    types=_ACCOUNTS.types,
    rows_of=_ACCOUNTS.rows_of,
)
