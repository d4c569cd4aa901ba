"""What settlement tells: settlements, supplements, refusals and revocations become journals."""

from collections.abc import Iterable, Sequence
from typing import assert_never, get_args

from contracts.settlement import (
    CONTRACT,
    TOPIC,
    LayerPaid,
    PaymentRefused,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from fund_ledger.charts.domain import Charts
from fund_ledger.journals.commands import Booking, book
from fund_ledger.journals.domain import commands
from fund_ledger.journals.domain.bill import PayerPart, SettledBill, SupplementedBill
from fund_ledger.journals.domain.commands import JournalCommand
from fund_ledger.journals.domain.refused_payment import RefusedBill
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import read
from kernel.messaging.inbox import PoisonError
from kernel.running.runtime import Subscription
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection

Happened = SettlementConfirmed | SettlementSupplemented | SettlementRevoked | PaymentRefused


def settlements(path: CommandPath, charts: Charts) -> Subscription:
    """Settlement's topic, booked a batch in one transaction."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        try:
            await book(path, connection, [_booking(message) for message in messages], charts)
        except Refused as refused:
            # No later attempt would help: it is put aside with the person's later ones, for somebody to look at.
            raise PoisonError(str(refused)) from refused

    types = types_of(CONTRACT, *get_args(Happened))
    return Subscription(consumer="fund-ledger", topic=TOPIC, effects=effects, types=types)


def _booking(message: Message) -> Booking:
    event: Happened = read(CONTRACT, message)
    return Booking(CommandContext.of_message(message, "fund-ledger"), event.settlement_id, command_of(event))


def command_of(event: Happened) -> JournalCommand:
    """What a published event asks of the books; what the funds have left comes later, when their accounts are held."""
    match event:
        case SettlementConfirmed():
            return commands.BookSettlement(bill_of(event), {}, china_date(event.settled_at))
        case SettlementSupplemented():
            return commands.BookSupplement(_supplement(event), {}, china_date(event.supplemented_at))
        case PaymentRefused():
            bill = RefusedBill(event.settlement_id, event.county, event.hospital_id, event.payers)
            return commands.RefusePayment(bill, {}, china_date(event.refused_at))
        case SettlementRevoked():
            return commands.ReverseSettlement(event.reason, {}, china_date(event.revoked_at))
        case _:
            assert_never(event)


def bill_of(event: SettlementConfirmed) -> SettledBill:
    """What of a published settlement is the ledger's business."""
    return SettledBill(
        settlement_id=event.settlement_id,
        county=event.county,
        hospital_id=event.hospital_id,
        person_id=event.person_id,
        parts=_parts(event.layers),
        # On the agency's route it is no money beside the parts: they themselves are the patient's.
        refund_fen=event.refund_to_patient_fen if event.route == "HOSPITAL" else 0,
    )


def _supplement(event: SettlementSupplemented) -> SupplementedBill:
    return SupplementedBill(
        supplement_id=event.supplement_id,
        settlement_id=event.settlement_id,
        county=event.county,
        hospital_id=event.hospital_id,
        person_id=event.person_id,
        patient_fen=event.patient_fen,
        parts=_parts(event.layers),
    )


def _parts(layers: Iterable[LayerPaid]) -> tuple[PayerPart, ...]:
    return tuple(
        PayerPart(layer.payer, layer.amount_fen, layer.funding, layer.payout_fen, layer.payee) for layer in layers
    )
