"""Refusing payment: after a certification was cancelled, the visits since that rest on it, each once."""

from collections.abc import Mapping

from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from settlement.payment_refusals.domain import DECIDER, RefusePayment, cancelled_of
from settlement.payment_refusals.queries import affected_by
from settlement.people.domain import PersonTold
from settlement.people.queries import hold


class PaymentRefusals:
    """Looks at persons and writes inside the transaction of whoever asks; it decides by what stands in the tables."""

    def __init__(self, path: CommandPath) -> None:
        self._path = path

    async def look_at(
        self, connection: Connection, causes: Mapping[str, CommandContext], told: Mapping[str, PersonTold]
    ) -> None:
        """Refuse what has to be refused of the persons' bills; nothing where that was done before."""
        cancelled = [each for person in sorted(told) for each in cancelled_of(person, told[person].certifications)]
        if not cancelled or not await affected_by(connection, cancelled):
            return
        await hold(connection, told, "settlement-refusal")
        affected = await affected_by(connection, cancelled)
        bills = {f"payment-refusal/{bill.settlement_id}": (bill, since) for bill, since in affected}
        within = self._path.within(connection)
        await within.load(DECIDER, bills)
        for stream_id, (bill, since) in bills.items():
            context = causes[bill.person_id].about(f"refusal {bill.settlement_id}")
            await within.react(context, DECIDER, stream_id, RefusePayment(bill, since, context.now))
        await within.flush()
