"""What fund-ledger tells becomes rows; a fund that crosses zero is a breach of who has to see to it."""

from collections.abc import Sequence
from typing import Final

from contracts.fund_ledger import CONTRACT, TOPIC, FundOverdrawn
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.running.runtime import Subscription
from kernel.values.money import yuan_from_fen
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from law.packs import PackLibrary
from operations.breaches.commands.register import breach_id_of, party_of
from operations.breaches.domain.breach import DECIDER, Breach, OpenBreach
from operations.breaches.domain.kinds import BreachKind
from operations.told.rows.money import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)


def subscription(path: CommandPath, library: PackLibrary) -> Subscription:
    """Funds in debt, each crossing a breach with its journal as evidence (001 二(三), AMB-L9)."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        within = path.within(connection)
        for message in messages:
            context = CommandContext.of_message(message, "operations")
            breach = _breach(read(CONTRACT, message), message, context, library)
            await within.react(context, DECIDER, f"breach/{breach.breach_id}", OpenBreach(breach, again=True))
        await within.flush()

    types = types_of(CONTRACT, FundOverdrawn)
    return Subscription(consumer="operations-breaches", topic=TOPIC, effects=effects, types=types)


def _breach(told: FundOverdrawn, message: Message, context: CommandContext, library: PackLibrary) -> Breach:
    _, county, fund = told.account.split("/")[:3]
    about = f"{fund}.{told.journal_id}"
    kind = BreachKind.RESERVE_SHORT
    return Breach(
        breach_id=breach_id_of(kind, county, about),
        kind=kind,
        county=county,
        party=party_of(library, kind, county, context.today, fund),
        about=about,
        why=f"{told.account} 余额 {yuan_from_fen(told.balance_fen)} 元",
        evidence=(message.headers["ce_id"], told.journal_id),
        status="OPEN",
        opened_on=context.today,
        opened_by="operations",
    )
