"""Commands of finance: money comes in, money goes out, money is given back, and what was booked goes back."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Final

import msgspec

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
    due_again,
)
from fund_ledger.payments.queries import owed_of_revoked
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered

#: A turn keeps one session while it may ask for another, so turns must never take up the whole pool.
_TURNS_MAX: Final = 4

#: The purposes of funds whose money is lent and taken back, advance by advance.
REVOLVING: Final = frozenset({"RESCUE_ADVANCE", "CII_ADVANCE"})


class _Found(msgspec.Struct, frozen=True):
    """What a turn found while it holds it: the accounts, the first open day, and of what goes back what it meets."""

    standing: dict[str, int]
    moment: Moment
    receipt: FundReceipt | None
    owed_back_fen: dict[str, int]


_Order = Callable[[_Found], MoneyCommand]


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

        def order(found: _Found) -> MoneyCommand:
            return ReceiveMoney(journal_id, receipt, found.moment, found.standing, chart)

        return await self._in_turn(context, journal_id, receipt.county, [account], order)

    async def pay(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A county's fund pays what it owes on a payable."""
        journal_id, name = context.new_id("journal"), accounts.parse(transfer.account)
        bank = accounts.bank(name.county, name.fund)
        fund = self._charts.ever(name.county).funds.get(name.fund)

        def order(found: _Found) -> MoneyCommand:
            in_bank = -found.standing[bank] if fund is None or fund.held_here else None
            return PayOut(
                journal_id=journal_id,
                transfer=transfer,
                owed_fen=found.standing[transfer.account],
                bank_fen=in_bank,
                moment=found.moment,
            )

        return await self._in_turn(context, journal_id, name.county, [transfer.account, bank], order)

    async def collect(self, context: CommandContext, transfer: Transfer) -> Answered:
        """A person, or a hospital, gives back what is due on a receivable."""
        journal_id, account, holder = context.new_id("journal"), transfer.account, transfer.counter
        name = accounts.parse(account)
        fund = self._charts.ever(name.county).funds.get(name.fund)
        if fund is not None and not REVOLVING.isdisjoint(fund.purposes):
            raise Refused("PAYEE_UNCLEAR", f"what {name.fund} has advanced is taken back at /v1/advances")

        def order(found: _Found) -> MoneyCommand:
            gave_out = None if holder is None else found.standing[holder]
            return Collect(journal_id, transfer, -found.standing[account], found.moment, gave_out)

        names = [account] if holder is None else [account, holder]
        return await self._in_turn(context, journal_id, name.county, names, order)

    async def give_back(self, context: CommandContext, journal_id: str, lines: Iterable[str], reason: str) -> Answered:
        """What was booked goes back; ``lines`` are the accounts of its journal."""
        names = sorted(lines)
        county = accounts.parse(names[0]).county
        funds, banks = _of_kind(names, accounts.FUND), _of_kind(names, accounts.BANK)
        due = {account for account in map(due_again, names) if account is not None}

        def order(found: _Found) -> MoneyCommand:
            return ReturnMoney(
                journal_id=journal_id,
                reason=reason,
                available_fen={name: found.standing[name] for name in funds if self._watched(name)},
                bank_fen=-sum(found.standing[name] for name in banks),
                today=max(found.moment.today, found.moment.open_from),
                matched_fen=found.receipt.matched_fen if found.receipt else 0,
                owed_back_fen=found.owed_back_fen,
            )

        made = f"{journal_id}-return"
        # A revocation holds what is owed to persons too: it comes before this or after it.
        held = [*funds, *banks, *_of_kind(names, accounts.PAYABLE)]
        return await self._in_turn(context, journal_id, county, held, order, made=made, due=due)

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
        due: Collection[str] = (),
    ) -> Answered:
        body = {"journal_id": made or journal_id}
        store, path = self._runtime.store, self._runtime.path
        async with self._turns, store.pool.acquire() as connection, connection.transaction():
            first = await open_from(connection, [county])
            standing = await hold(connection, [*names, *due])
            # Nobody matches a receipt while it goes back.
            receipt = await held_receipt(connection, journal_id) if made else None
            owed_back = await owed_of_revoked(connection, {name: -standing[name] for name in due})
            command = order(_Found(standing, Moment(context.today, first[county]), receipt, owed_back))
            answered = await path.within(connection).decide(
                context, DECIDER, f"journal/{journal_id}", command, lambda _decision: body, status=201
            )
        store.appended.set()
        return answered


def _of_kind(names: Iterable[str], kind: str) -> set[str]:
    return {name for name in names if accounts.parse(name).kind == kind}
