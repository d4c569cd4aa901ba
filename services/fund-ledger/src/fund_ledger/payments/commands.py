"""Commands of finance: money comes in, money goes out, money is given back."""

import asyncio
from collections.abc import Callable
from typing import Final

from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.payments.domain import DECIDER, Collect, MoneyCommand, PayOut, Receipt, ReceiveMoney, Transfer
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered

#: A turn keeps one session while it may ask for another, so turns must never take up the whole pool.
_TURNS_MAX: Final = 4

#: From the journal's id and what stands on the account to the command.
_Order = Callable[[str, int], MoneyCommand]


class PaymentCommands:
    """One method a command; each is decided by an account that nobody else moves meanwhile."""

    def __init__(self, runtime: Runtime, config: Config) -> None:
        self._runtime = runtime
        self._config = config
        self._turns = asyncio.Semaphore(_TURNS_MAX)

    async def receive(self, context: CommandContext, receipt: Receipt) -> Answered:
        """Money comes into a county's fund."""
        account = accounts.fund(receipt.county, receipt.fund)
        watched = receipt.fund not in self._config.paid_elsewhere

        def order(journal_id: str, left_fen: int) -> MoneyCommand:
            return ReceiveMoney(journal_id, receipt, context.today, {account: left_fen} if watched else {})

        return await self._in_turn(context, account, order)

    async def pay(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A county's fund pays what it owes on a payable."""
        today = context.today
        return await self._in_turn(context, transfer.account, lambda id_, owed: PayOut(id_, transfer, owed, today))

    async def collect(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A person gives back to a county's fund what is due on a receivable."""
        today = context.today
        return await self._in_turn(context, transfer.account, lambda id_, left: Collect(id_, transfer, -left, today))

    async def _in_turn(self, context: CommandContext, account: str, order: _Order) -> Answered:
        journal_id = context.new_id("journal")
        body = {"journal_id": journal_id}
        store, path = self._runtime.store, self._runtime.path
        async with self._turns, store.pool.acquire() as connection, connection.transaction():
            standing = await hold(connection, [account])
            command = order(journal_id, standing[account])
            answered = await path.within(connection).decide(
                context, DECIDER, f"journal/{journal_id}", command, lambda _decision: body, status=201
            )
        store.appended.set()
        return answered
