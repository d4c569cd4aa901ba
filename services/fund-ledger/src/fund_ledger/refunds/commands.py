"""The command of hospitals: what was prepaid beyond the own share was given back."""

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.months.queries import open_from
from fund_ledger.refunds.domain import DECIDER, Refund, held_of
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered


class RefundCommands:
    """Books refunds in the stream of the settlement's journal, which nobody else moves at the same moment."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def refund(self, context: CommandContext, refund: Refund) -> Answered:
        """A hospital gave money back."""
        stream_id = f"journal/{refund.settlement_id}"
        path = self._runtime.path
        _, state = await path.standing(DECIDER, stream_id)
        held = held_of(state)
        county = accounts.parse(held.receivable).county if held else ""
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [county])
            asked = msgspec.structs.replace(refund, open_from=first[county])
            return await path.within(connection).decide(
                context, DECIDER, stream_id, asked, lambda d: {"journal_id": d.events[0].journal_id}, status=201
            )
