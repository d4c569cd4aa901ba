"""Commands on hospitals' statements: drawn from what is on none, reviewed, paid whole, paid again after a return."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import TypeAlias

from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalEvent
from fund_ledger.journals.domain.journal import JournalState, after
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.domain import after as next_month
from fund_ledger.months.queries import open_from
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.apart import check_not_apart
from fund_ledger.payments.domain.money import PayOut
from fund_ledger.payments.domain.moved import STATEMENT_PAYMENT, Moment, Transfer
from fund_ledger.payments.domain.returns import ReturnMoney
from fund_ledger.payments.queries import check_no_budget, filed_in
from fund_ledger.statements.domain import deduction
from fund_ledger.statements.domain.deduction import Deduct
from fund_ledger.statements.domain.statement import (
    DECIDER,
    Deduction,
    DrawStatement,
    PayStatement,
    ReturnStatement,
    ReviewStatement,
    Statement,
    StatementCommand,
    Statements,
    stream_of,
)
from fund_ledger.statements.queries import StatementQueries
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.decision import Decision, Outcome, decided

_Booked: TypeAlias = Decision[JournalState, JournalEvent]
#: From the standing accounts and the first open day to the journals that go with a statement's event.
_Booking = Callable[[Within, dict[str, int], Moment], Awaitable[Sequence[_Booked]]]


class StatementCommands:
    """One method a command. What moves money is written together with what it does to the statement."""

    def __init__(self, runtime: Runtime, config: Config, charts: Charts, found: StatementQueries) -> None:
        self._runtime = runtime
        self._tells = config.tells_money
        self._charts = charts
        self._found = found

    async def draw(self, context: CommandContext, hospital_id: str, county: str, fund: str, month: date) -> Answered:
        """Draw a hospital's statement of a month to a payer."""

        async def gather(_state: Statements) -> DrawStatement:
            self._charts.ever(county).fund(fund)
            check_not_apart(self._charts.ever(county), fund)
            payable = accounts.payable_to_hospital(hospital_id, county, fund)
            await check_no_budget(self._found.pool, payable, month.year, next_month(month))
            return DrawStatement(
                hospital_id=hospital_id,
                county=county,
                fund=fund,
                month=month,
                today=context.today,
                unbilled=await self._found.unbilled(hospital_id, county, fund, month),
                undrawn=await self._undrawn(payable, month),
            )

        return await self._runtime.path.gather(
            context,
            DECIDER,
            stream_of(hospital_id, county, fund),
            gather,
            lambda decision: {"statement_id": decision.events[0].statement.statement_id},
            status=201,
        )

    async def _undrawn(self, payable: str, month: date) -> tuple[str, ...] | None:
        """None where the statement is not to be told."""
        return await self._found.undrawn(payable, month) if self._tells else None

    async def review(
        self, context: CommandContext, of: Statement, by: str, deductions: tuple[Deduction, ...]
    ) -> Answered:
        """The agency has looked through a statement, and takes something off or nothing."""
        bills = await self._found.bills_on(of.statement_id, (d.settlement_id for d in deductions if d.settlement_id))
        command = ReviewStatement(statement_id=of.statement_id, by=by, deductions=deductions, bills=bills)
        fund = accounts.fund(of.county, of.fund)

        async def book(within: Within, standing: dict[str, int], moment: Moment) -> Sequence[_Booked]:
            left = {fund: standing[fund]} if self._held_here(of) else {}
            booked: list[_Booked] = []
            for settlement_id, amount in _by_bill(deductions):
                taken_off = Deduct(
                    statement=of,
                    amount_fen=amount,
                    available_fen=left,
                    booked_on=moment.today,
                    settlement_id=settlement_id,
                )
                stream, state = await within.standing(deduction.DECIDER, taken_off.stream_id)
                booked.append(decided(deduction.DECIDER, stream, state, taken_off))
                left = after(left, booked[-1].events)
            return booked

        return await self._in_turn(context, of, [fund], command, book)

    async def pay(self, context: CommandContext, of: Statement, by: str, paid_on: date) -> Answered:
        """Finance has paid what a statement comes to, whole."""
        payment_id = context.new_id("journal")
        payable = accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
        bank = accounts.bank(of.county, of.fund)
        command = PayStatement(
            statement_id=of.statement_id,
            by=by,
            payment_id=payment_id,
            paid_on=paid_on,
            undrawn=await self._undrawn(payable, of.month),
        )

        async def book(within: Within, standing: dict[str, int], moment: Moment) -> Sequence[_Booked]:
            check_not_apart(self._charts.ever(of.county), of.fund)
            await check_no_budget(self._found.pool, payable, of.month.year)
            transfer = Transfer(payable, of.payable_fen, paid_on)
            in_bank = -standing[bank] if self._held_here(of) else None
            out = PayOut(
                journal_id=payment_id,
                transfer=transfer,
                owed_fen=standing[payable],
                bank_fen=in_bank,
                moment=moment,
                kind=STATEMENT_PAYMENT,
            )
            return await _money(within, payment_id, out)

        return await self._in_turn(context, of, [payable, bank], command, book)

    async def give_back(self, context: CommandContext, of: Statement, reason: str) -> Answered:
        """The bank gave the payment of a statement back: it is owed again, and its age goes on."""
        payment_id, bank = of.payment_id or "", accounts.bank(of.county, of.fund)

        async def book(within: Within, standing: dict[str, int], moment: Moment) -> Sequence[_Booked]:
            filed = await filed_in(self._runtime.store.pool, bank, payment_id)
            back = ReturnMoney(
                journal_id=payment_id,
                reason=reason,
                available_fen={},
                bank_fen=-standing[bank],
                today=moment.today,
                kinds=frozenset({STATEMENT_PAYMENT}),
                filed_in=filed,
            )
            return await _money(within, payment_id, back)

        return await self._in_turn(context, of, [bank], ReturnStatement(statement_id=of.statement_id), book)

    def _held_here(self, of: Statement) -> bool:
        return self._charts.ever(of.county).fund(of.fund).held_here

    async def _in_turn(
        self, context: CommandContext, of: Statement, names: list[str], command: StatementCommand, book: _Booking
    ) -> Answered:
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [of.county])
            standing = await hold(connection, names, free_on=context.today)
            within = path.within(connection)

            async def attempt() -> Outcome:
                stream, state = await within.standing(DECIDER, stream_of(of.hospital_id, of.county, of.fund))
                done = decided(DECIDER, stream, state, command)
                booked = await book(within, standing, Moment(context.today, first[of.county]))
                statement = done.events[-1].statement
                body = {"statement_id": statement.statement_id, "status": statement.status}
                return Outcome((*(one.append for one in booked if one.events), done.append), body)

            return await within.run(context, attempt)


async def _money(within: Within, journal_id: str, command: PayOut | ReturnMoney) -> Sequence[_Booked]:
    stream, state = await within.standing(payments.DECIDER, f"journal/{journal_id}")
    return (decided(payments.DECIDER, stream, state, command),)


def _by_bill(deductions: Iterable[Deduction]) -> list[tuple[str | None, int]]:
    """What is taken off in all, bill by bill; None for what is of no bill."""
    sums: dict[str | None, int] = defaultdict(int)
    for one in deductions:
        sums[one.settlement_id] += one.amount_fen
    return list(sums.items())
