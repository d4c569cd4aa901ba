"""Commands on payments that were typed into the bank's program: marked once, withdrawn by another person."""

from fund_ledger.journals.queries.turn import hold
from fund_ledger.payment_files.domain.by_hand import (
    DECIDER,
    HandPayment,
    MarkByHand,
    WithdrawMark,
    WithdrawReason,
    stream_of,
)
from fund_ledger.payment_files.queries import wanted
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered


class HandCommands:
    """One method a command. The bank account is held meanwhile, so that what is marked gets into no file."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def mark(self, context: CommandContext, account: str, journal_id: str, reference: str) -> Answered:
        """A payment out of an account was carried out by hand."""
        async with self._runtime.turn() as connection:
            await hold(connection, [account])
            found = await wanted(connection, account, [journal_id])
            command = MarkByHand(
                account=account,
                journal_id=journal_id,
                payment=found.get(journal_id),
                reference=reference,
                by=context.actor,
                on=context.today,
            )
            body = {"journal_id": journal_id}
            return await self._runtime.path.within(connection).decide(
                context, DECIDER, stream_of(journal_id), command, lambda _done: body, status=201
            )

    async def withdraw(self, context: CommandContext, of: HandPayment, reason: WithdrawReason) -> Answered:
        """A payment was not carried out by hand, or another one was."""
        command = WithdrawMark(journal_id=of.journal_id, by=context.actor, on=context.today, reason=reason)
        body = {"journal_id": of.journal_id}
        return await self._runtime.path.decide(context, DECIDER, stream_of(of.journal_id), command, lambda _done: body)
