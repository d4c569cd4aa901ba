"""Commands of finance: money comes in, money goes out."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import uuid5

from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import Collect, JournalCommand, PayOut, ReceiveMoney
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.queries.turn import TurnStore, hold
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, CommandPath
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

__all__ = ["Handlers"]

#: A turn keeps one session while it may ask for another, so turns must never take up the whole pool.
_TURNS_MAX: Final = 4

#: From the journal's id, the day, and what stands on the account to the command.
_Order = Callable[[str, date, int], JournalCommand]


class Handlers:
    """The ledger's commands, one method each."""

    def __init__(self, runtime: Runtime, clock: Clock, config: Config) -> None:
        self._runtime = runtime
        self._clock = clock
        self._config = config
        self._turns = asyncio.Semaphore(_TURNS_MAX)

    async def receive(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        county: str,
        fund: str,
        amount_fen: int,
        source: str,
        value_on: date,
    ) -> Answered:
        """Money comes into a county's fund."""
        account = accounts.fund(county, fund)
        watched = fund not in self._config.paid_elsewhere

        def order(journal_id: str, today: date, left_fen: int) -> JournalCommand:
            available = {account: left_fen} if watched else {}
            return ReceiveMoney(journal_id, county, fund, amount_fen, source, value_on, today, available)

        return await self._in_turn(self._context(caller, key), account, order)

    async def pay(
        self, caller: Principal, key: Idempotency, *, payable: str, amount_fen: int, value_on: date
    ) -> Answered:
        """A county's fund pays what it owes on ``payable``."""

        def order(journal_id: str, today: date, owed_fen: int) -> JournalCommand:
            return PayOut(journal_id, payable, amount_fen, owed_fen, value_on, today)

        return await self._in_turn(self._context(caller, key), payable, order)

    async def collect(
        self, caller: Principal, key: Idempotency, *, receivable: str, amount_fen: int, value_on: date
    ) -> Answered:
        """A person gives back to a county's fund what is due on ``receivable``."""

        def order(journal_id: str, today: date, credit_fen: int) -> JournalCommand:
            return Collect(journal_id, receivable, amount_fen, -credit_fen, value_on, today)

        return await self._in_turn(self._context(caller, key), receivable, order)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

    async def _in_turn(self, context: CommandContext, account: str, order: _Order) -> Answered:
        """Run a command while nobody else moves the account it is decided by."""
        store = self._runtime.store
        journal_id = str(uuid5(context.command_id, "journal"))
        async with self._turns, store.pool.acquire() as connection, connection.transaction():
            standing = await hold(connection, [account])

            async def attempt() -> Outcome:
                stream, past = await store.load(f"journal/{journal_id}", connection)
                command = order(journal_id, china_date(context.now), standing[account])
                events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
                return Outcome((StreamAppend(stream, events),), {"journal_id": journal_id}, 201)

            answered = await CommandPath(TurnStore(store, connection)).run(context, attempt)
        store.appended.set()
        return answered

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)
