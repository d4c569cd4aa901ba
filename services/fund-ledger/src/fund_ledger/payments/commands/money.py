"""Commands of finance: money comes in, money goes out, money is given back, and what was booked goes back."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.funds.queries import held_receipt
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.queries import open_from
from fund_ledger.payments.commands.turn import Asked, Attempt, Found, Order, Turn
from fund_ledger.payments.domain.apart import check_not_apart
from fund_ledger.payments.domain.debts import ReviveDebt, WriteOff, WrittenOff
from fund_ledger.payments.domain.limit import check_limit
from fund_ledger.payments.domain.money import Collect, MoneyCommand, PayOut, ReceiveMoney
from fund_ledger.payments.domain.moved import RECEIPT, Moment, Money, Receipt, Revival, Transfer
from fund_ledger.payments.domain.opening import journal_of
from fund_ledger.payments.domain.proposal import Kind
from fund_ledger.payments.domain.returns import ReturnMoney
from fund_ledger.payments.domain.taken_back import borne_for, due_again
from fund_ledger.payments.queries import (
    booked_today,
    check_no_budget,
    filed_in,
    later_than,
    limit_of,
    owed_of_revoked,
    written_off,
)
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.database import Connection
from kernel.writing.decision import Outcome

#: The purposes of funds whose money is lent and taken back, advance by advance.
REVOLVING: Final = frozenset({"RESCUE_ADVANCE", "CII_ADVANCE"})


class PaymentCommands:
    """One method a command; each is decided by accounts that nobody else moves meanwhile."""

    def __init__(self, runtime: Runtime, charts: Charts) -> None:
        self._runtime = runtime
        self._charts = charts

    async def book(self, context: CommandContext, kind: Kind, money: Receipt | Transfer) -> Answered:
        """Money comes into a fund, settles a payable, or is collected, as far as one person may book it alone."""
        asked = self.asked(kind, context.new_id("journal"), money)

        async def attempt(turn: Turn) -> Outcome:
            booked = await turn.booked()
            today = await booked_today(turn.connection, asked.account, kind, context.today)
            limit = await limit_of(turn.connection, asked.county)
            check_limit(limit, context.actor, asked.account, asked.amount_fen, today)
            return Outcome((booked.append,) if booked.events else (), {"journal_id": asked.journal_id}, 201)

        return await self.in_turn(context, asked, attempt)

    async def take_over(self, context: CommandContext, opening: Receipt) -> Answered:
        """A fund's balance from the system before, once; above the county's sum it is as any money."""
        assert opening.reference is not None, "an opening balance has its name in the system before"
        asked = self.asked(RECEIPT, "", opening)
        journal_id = asked.journal_id

        async def attempt(turn: Turn) -> Outcome:
            booked = await turn.booked()
            if not booked.events:
                return Outcome((), {"journal_id": journal_id}, 201)
            today = await booked_today(turn.connection, asked.account, RECEIPT, context.today)
            limit = await limit_of(turn.connection, asked.county)
            check_limit(limit, context.actor, asked.account, asked.amount_fen, today)
            return Outcome((booked.append,), {"journal_id": journal_id}, 201)

        return await self.in_turn(context, asked, attempt)

    def asked(self, kind: Kind, journal_id: str, money: Money) -> Asked:
        """What a receipt, payment, collection, write-off or its revival asks of the books."""
        if isinstance(money, Receipt):
            named = money.reference and journal_of(money.county, money.fund, money.reference)
            return self._receipt(named or journal_id, money)
        if isinstance(money, Revival):
            return self._revival(money)
        match kind:
            case "payment":
                return self._payment(journal_id, money)
            case "write_off":
                return self._write_off(journal_id, money)
            case _:
                return self._collection(journal_id, money)

    def _receipt(self, journal_id: str, receipt: Receipt) -> Asked:
        account, chart = accounts.fund(receipt.county, receipt.fund), self._charts.ever(receipt.county)

        def order(found: Found) -> MoneyCommand:
            return ReceiveMoney(journal_id, receipt, found.moment, found.standing, chart)

        return Asked(
            journal_id=journal_id, account=account, amount_fen=receipt.amount_fen, names=(account,), order=order
        )

    def _payment(self, journal_id: str, transfer: Transfer) -> Asked:
        name = accounts.parse(transfer.account)
        check_not_apart(self._charts.ever(name.county), name.fund)
        bank, fund = accounts.bank(name.county, name.fund), self._charts.ever(name.county).funds.get(name.fund)

        def order(found: Found) -> MoneyCommand:
            in_bank = -found.standing[bank] if fund is None or fund.held_here else None
            return PayOut(
                journal_id=journal_id,
                transfer=transfer,
                owed_fen=found.standing[transfer.account],
                bank_fen=in_bank,
                moment=found.moment,
                later_fen=found.later_fen,
            )

        asked = _of_transfer(journal_id, transfer, (transfer.account, bank), order)
        return msgspec.structs.replace(asked, paid_on=transfer.value_on)

    def _collection(self, journal_id: str, transfer: Transfer) -> Asked:
        account, holder = transfer.account, transfer.counter
        name = accounts.parse(account)
        fund = self._charts.ever(name.county).funds.get(name.fund)
        if fund is not None and not REVOLVING.isdisjoint(fund.purposes):
            raise Refused("PAYEE_UNCLEAR", f"what {name.fund} has advanced is taken back at /v1/advances")

        def order(found: Found) -> MoneyCommand:
            gave_out = None if holder is None else found.standing[holder]
            return Collect(journal_id, transfer, -found.standing[account], found.moment, gave_out)

        return _of_transfer(journal_id, transfer, (account,) if holder is None else (account, holder), order)

    def _bearing(self, account: str) -> str:
        """The account of the fund that bears a person's debt. Raises Refused FUND_UNKNOWN, PAYEE_UNCLEAR."""
        name = accounts.parse(account)
        if not REVOLVING.isdisjoint(self._charts.ever(name.county).fund(name.fund).purposes):
            raise Refused("PAYEE_UNCLEAR", f"what {name.fund} has advanced is written off at /v1/advances")
        return borne_for(account)

    def _revival(self, revival: Revival) -> Asked:
        fund = self._bearing(revival.account)
        of = WrittenOff(journal_id=revival.journal_id, account=revival.account, amount_fen=revival.amount_fen)

        def order(found: Found) -> MoneyCommand:
            return ReviveDebt(
                of=of,
                standing_fen=found.written_off_fen,
                reason=revival.reason,
                available_fen={fund: found.standing[fund]} if self._watched(fund) else {},
                moment=found.moment,
            )

        return Asked(
            journal_id=of.journal_id,
            account=of.account,
            amount_fen=of.amount_fen,
            names=(of.account, fund),
            order=order,
            revives=True,
        )

    def _write_off(self, journal_id: str, transfer: Transfer) -> Asked:
        account, fund = transfer.account, self._bearing(transfer.account)

        def order(found: Found) -> MoneyCommand:
            return WriteOff(
                journal_id=journal_id,
                transfer=transfer,
                due_fen=-found.standing[account],
                available_fen={fund: found.standing[fund]} if self._watched(fund) else {},
                moment=found.moment,
            )

        return _of_transfer(journal_id, transfer, (account, fund), order)

    async def give_back(self, context: CommandContext, journal_id: str, lines: Iterable[str], reason: str) -> Answered:
        """What was booked goes back; ``lines`` are the accounts of its journal."""
        names = sorted(lines)
        due = {account for account in map(due_again, names) if account is not None}
        funds = _of_kind(names, accounts.FUND) | {borne_for(account) for account in due}
        banks = _of_kind(names, accounts.BANK)

        def order(found: Found) -> MoneyCommand:
            return ReturnMoney(
                journal_id=journal_id,
                reason=reason,
                available_fen={name: found.standing[name] for name in funds if self._watched(name)},
                bank_fen=-sum(found.standing[name] for name in banks),
                today=max(found.moment.today, found.moment.open_from),
                matched_fen=found.receipt.matched_fen if found.receipt else 0,
                owed_back=found.owed_back,
                filed_in=found.filed_in,
            )

        # A revocation holds what is owed to persons too: it comes before this or after it.
        held = (*funds, *banks, *_of_kind(names, accounts.PAYABLE))
        asked = Asked(journal_id=journal_id, account=names[0], amount_fen=0, names=held, order=order, due=tuple(due))

        async def attempt(turn: Turn) -> Outcome:
            booked = await turn.booked()
            return Outcome((booked.append,), {"journal_id": f"{journal_id}-return"}, 201)

        return await self.in_turn(context, asked, attempt)

    def _watched(self, account: str) -> bool:
        name = accounts.parse(account)
        fund = self._charts.ever(name.county).funds.get(name.fund)
        return fund is None or fund.held_here

    async def in_turn(self, context: CommandContext, asked: Asked, attempt: Attempt) -> Answered:
        """Hold what decides about the money, and run the attempt on it; collisions are tried again."""
        path, county = self._runtime.path, asked.county
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [county])
            standing = await hold(connection, [*asked.names, *asked.due], free_on=context.today)
            # Nobody matches a receipt while it goes back.
            receipt = await held_receipt(connection, asked.journal_id) if asked.amount_fen == 0 else None
            owed_back = await owed_of_revoked(connection, {name: -standing[name] for name in asked.due})
            bank = next((name for name in asked.names if accounts.parse(name).kind == accounts.BANK), None)
            filed = await filed_in(connection, bank, asked.journal_id) if bank and asked.amount_fen == 0 else None
            found = Found(
                standing=standing,
                moment=Moment(context.today, first[county]),
                receipt=receipt,
                owed_back=owed_back,
                filed_in=filed,
            )
            found = await _beside(connection, asked, found)
            turn = Turn(connection, path.within(connection), asked.journal_id, asked.order(found))
            return await turn.within.run(context, lambda: _unless_budgeted(turn, asked, attempt))


async def _beside(connection: Connection, asked: Asked, found: Found) -> Found:
    """With what stands of a write-off that is taken back, and what came to be owed after the year of a payment.

    A payment of this year knows of none.
    """
    if asked.revives:
        standing = await written_off(connection, [asked.account])
        left = sum(one.amount_fen for one in standing if one.journal_id == asked.journal_id)
        return msgspec.structs.replace(found, written_off_fen=left)
    if asked.paid_on is None or asked.paid_on.year >= found.moment.today.year:
        return found
    end = date(asked.paid_on.year, 12, 31)
    return msgspec.structs.replace(found, later_fen=await later_than(connection, asked.account, end))


async def _unless_budgeted(turn: Turn, asked: Asked, attempt: Attempt) -> Outcome:
    if asked.paid_on is not None:
        await check_no_budget(turn.connection, asked.account, asked.paid_on.year)
    return await attempt(turn)


def _of_transfer(journal_id: str, transfer: Transfer, names: tuple[str, ...], order: Order) -> Asked:
    account, amount = transfer.account, transfer.amount_fen
    return Asked(journal_id=journal_id, account=account, amount_fen=amount, names=names, order=order)


def _of_kind(names: Iterable[str], kind: str) -> set[str]:
    return {name for name in names if accounts.parse(name).kind == kind}
