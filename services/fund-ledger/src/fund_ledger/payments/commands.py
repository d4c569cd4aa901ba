"""Commands of finance: money comes in, money goes out, money is given back, and what was booked goes back."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from fund_ledger.charts.domain import Charts
from fund_ledger.funds.queries import Receipt as FundReceipt
from fund_ledger.funds.queries import held_receipt
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.queries import open_from
from fund_ledger.payments.domain import (
    DECIDER,
    Collect,
    Moment,
    MoneyCommand,
    PayOut,
    Receipt,
    ReceiveMoney,
    ReturnMoney,
    Transfer,
)
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered

#: A turn keeps one session while it may ask for another, so turns must never take up the whole pool.
_TURNS_MAX: Final = 4

#: The purposes of funds whose money is lent and taken back, advance by advance.
REVOLVING: Final = frozenset({"RESCUE_ADVANCE", "CII_ADVANCE"})
#: From what stands on the accounts, the first open day, and the receipt that goes back, to the command.
_Order = Callable[[dict[str, int], Moment, FundReceipt | None], MoneyCommand]


class PaymentCommands:
    """One method a command; each is decided by accounts that nobody else moves meanwhile."""

    def __init__(self, runtime: Runtime, charts: Charts) -> None:
        self._runtime = runtime
        self._charts = charts
        self._turns = asyncio.Semaphore(_TURNS_MAX)

    async def receive(self, context: CommandContext, receipt: Receipt) -> Answered:
        """Money comes into a county's fund."""
        journal_id, account = context.new_id("journal"), accounts.fund(receipt.county, receipt.fund)
        chart = self._charts.ever(receipt.county)

        def order(standing: dict[str, int], moment: Moment, _receipt: FundReceipt | None) -> MoneyCommand:
            return ReceiveMoney(journal_id, receipt, moment, standing, chart)

        return await self._in_turn(context, journal_id, receipt.county, [account], order)

    async def pay(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A county's fund pays what it owes on a payable."""
        journal_id, name = context.new_id("journal"), accounts.parse(transfer.account)
        bank = accounts.bank(name.county, name.fund)
        fund = self._charts.ever(name.county).funds.get(name.fund)

        def order(standing: dict[str, int], moment: Moment, _receipt: FundReceipt | None) -> MoneyCommand:
            in_bank = -standing[bank] if fund is None or fund.held_here else None
            return PayOut(
                journal_id=journal_id,
                transfer=transfer,
                owed_fen=standing[transfer.account],
                bank_fen=in_bank,
                moment=moment,
            )

        return await self._in_turn(context, journal_id, name.county, [transfer.account, bank], order)

    async def collect(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A person, or a hospital, gives back what is due on a receivable."""
        journal_id, account, holder = context.new_id("journal"), transfer.account, transfer.counter
        name = accounts.parse(account)
        fund = self._charts.ever(name.county).funds.get(name.fund)
        if fund is not None and not REVOLVING.isdisjoint(fund.purposes):
            raise Refused("PAYEE_UNCLEAR", f"what {name.fund} has advanced is taken back at /v1/advances")

        def order(standing: dict[str, int], moment: Moment, _receipt: FundReceipt | None) -> MoneyCommand:
            gave_out = None if holder is None else standing[holder]
            return Collect(journal_id, transfer, -standing[account], moment, gave_out)

        names = [account] if holder is None else [account, holder]
        return await self._in_turn(context, journal_id, name.county, names, order)

    async def give_back(self, context: CommandContext, journal_id: str, lines: Iterable[str], reason: str) -> Answered:
        """What was booked goes back; ``lines`` are the accounts of its journal."""
        names = [account for account in map(accounts.parse, lines) if account.kind in (accounts.FUND, accounts.BANK)]
        county = next(account.county for account in map(accounts.parse, lines))
        funds = {accounts.fund(name.county, name.fund) for name in names if name.kind == accounts.FUND}
        banks = {accounts.bank(name.county, name.fund) for name in names if name.kind == accounts.BANK}

        def order(standing: dict[str, int], moment: Moment, receipt: FundReceipt | None) -> MoneyCommand:
            left = {account: standing[account] for account in funds if self._watched(account)}
            return ReturnMoney(
                journal_id=journal_id,
                reason=reason,
                available_fen=left,
                bank_fen=-sum(standing[account] for account in banks),
                today=max(moment.today, moment.open_from),
                matched_fen=receipt.matched_fen if receipt else 0,
            )

        made = f"{journal_id}-return"
        return await self._in_turn(context, journal_id, county, [*funds, *banks], order, made=made)

    def _watched(self, account: str) -> bool:
        name = accounts.parse(account)
        fund = self._charts.ever(name.county).funds.get(name.fund)
        return fund is None or fund.held_here

    async def _in_turn(
        self,
        context: CommandContext,
        journal_id: str,
        county: str,
        names: Iterable[str],
        order: _Order,
        *,
        made: str | None = None,
    ) -> Answered:
        body = {"journal_id": made or journal_id}
        store, path = self._runtime.store, self._runtime.path
        async with self._turns, store.pool.acquire() as connection, connection.transaction():
            first = await open_from(connection, [county])
            standing = await hold(connection, names)
            # Nobody matches a receipt while it goes back.
            receipt = await held_receipt(connection, journal_id) if made else None
            command = order(standing, Moment(context.today, first[county]), receipt)
            answered = await path.within(connection).decide(
                context, DECIDER, f"journal/{journal_id}", command, lambda _decision: body, status=201
            )
        store.appended.set()
        return answered
