"""What fund-ledger tells becomes rows; a fund below zero, and a fee that a centre keeps, are breaches."""

from collections.abc import Sequence
from typing import Final

from contracts.fund_ledger import CONTRACT, TOPIC, ConsultationFeeRetained, FundOverdrawn
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
    """Funds in debt, each crossing a breach with its journal as evidence (001 二(三), AMB-L9); fees that were kept."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        within = path.within(connection)
        for message in messages:
            context = CommandContext.of_message(message, "operations")
            told: FundOverdrawn | ConsultationFeeRetained = read(CONTRACT, message)
            breach = _of(told, message, context, library)
            await within.react(context, DECIDER, f"breach/{breach.breach_id}", OpenBreach(breach, again=True))
        await within.flush()

    types = types_of(CONTRACT, FundOverdrawn, ConsultationFeeRetained)
    return Subscription(consumer="operations-breaches", topic=TOPIC, effects=effects, types=types)


def _of(
    told: FundOverdrawn | ConsultationFeeRetained, message: Message, context: CommandContext, library: PackLibrary
) -> Breach:
    if isinstance(told, FundOverdrawn):
        return _breach(told, message, context, library)
    return _retained(told, message, context)


def _retained(told: ConsultationFeeRetained, message: Message, context: CommandContext) -> Breach:
    """The health centre answers for it; found again on another day, it is another case (003 四(十一))."""
    about, kind = f"{told.fees_id}.{told.found_on}", BreachKind.CONSULT_FEE_RETAINED
    due, left = yuan_from_fen(told.due_fen), yuan_from_fen(told.left_fen)
    return Breach(
        breach_id=breach_id_of(kind, told.county, about),
        kind=kind,
        county=told.county,
        party=told.centre_id,
        about=about,
        why=f"{told.month:%Y-%m} 一般诊疗费 {due} 元，未支付给村卫生室 {left} 元",
        evidence=(message.headers["ce_id"], told.fees_id),
        status="OPEN",
        opened_on=context.today,
        opened_by="operations",
    )


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
