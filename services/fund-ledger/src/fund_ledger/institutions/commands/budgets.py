"""Commands on hospitals' budgets."""

from datetime import date

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.institutions.commands.rules import budget_rule
from fund_ledger.institutions.commands.turn import Lines, Turn, Turns, written
from fund_ledger.institutions.domain.budget import (
    Budget,
    BudgetCommand,
    GiveBack,
    InstalmentPaid,
    PayByScore,
    ReturnInstalment,
    SetBudget,
    budget_id,
)
from fund_ledger.institutions.domain.budget_postings import owed_to, postings_of
from fund_ledger.institutions.domain.budgeting import DECIDER
from fund_ledger.institutions.queries import claims_of, sender_of
from fund_ledger.journals.domain import accounts
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from law.packs import PackLibrary


class BudgetCommands:
    """One method a command; what moves money is booked with it."""

    def __init__(self, runtime: Runtime, library: PackLibrary, charts: Charts, turns: Turns) -> None:
        self._runtime = runtime
        self._library = library
        self._charts = charts
        self._turns = turns

    async def place(
        self,
        context: CommandContext,
        hospital: tuple[str, str, str],
        year: int,
        figures: tuple[int, int | None, tuple[int, ...]],
    ) -> Answered:
        """Set the budget of a (county, fund, hospital): its total, what a contract prepays of it, in which months."""
        county, fund, hospital_id = hospital
        self._charts.ever(county).fund(fund)
        rule, clause = budget_rule(self._library, county, fund, year)
        total, prepay, months = figures
        command = SetBudget(
            budget_id=budget_id(county, fund, year, hospital_id),
            rule=rule,
            clause=clause,
            county=county,
            hospital_id=hospital_id,
            year=year,
            total_fen=total,
            prepay_fen=prepay,
            months=months,
            by=context.actor,
            today=context.today,
        )
        # Whoever pays the hospital's claims holds the same account: they see the budget, or were there before it.
        names = [accounts.payable_to_hospital(hospital_id, county, fund)]

        async def attempt(turn: Turn) -> Outcome:
            done = await turn.decide(DECIDER, _stream(command.budget_id), command)
            return Outcome(written(done), _body(done.after), 201)

        return await self._turns.take(context, county, names, attempt)

    async def say(self, context: CommandContext, of: str, command: BudgetCommand) -> Answered:
        """What moves no money: a closing, a score."""
        return await self._runtime.path.decide(context, DECIDER, _stream(of), command, lambda d: _body(d.after))

    async def pay(self, context: CommandContext, of: Budget, command: BudgetCommand, paid_on: date) -> Answered:
        """What moves money of a budget."""
        money, journal_id = self._turns.money(of.county, of.fund), context.new_id("journal")
        payable = owed_to(of)

        async def attempt(turn: Turn) -> Outcome:
            done = await turn.decide(DECIDER, _stream(of.budget_id), await _with_found(turn, of, command))
            kind, postings = postings_of(done.events[-1], money)
            booked = await turn.book(journal_id, Lines(kind=kind, postings=postings, booked_on=paid_on))
            body = _body(done.after) | {"journal_id": journal_id if booked else None}
            return Outcome(written(*booked, done), body)

        fund = accounts.fund(of.county, of.fund)
        return await self._turns.take(context, of.county, {payable, money, fund}, attempt)


async def _with_found(turn: Turn, of: Budget, command: BudgetCommand) -> BudgetCommand:
    match command:
        case PayByScore() | GiveBack():
            return msgspec.structs.replace(command, claims=await claims_of(turn.connection, of))
        case ReturnInstalment(month=month):
            sent_by = await sender_of(turn.connection, _stream(of.budget_id), InstalmentPaid, month)
            return msgspec.structs.replace(command, sent_by=sent_by)
        case _:
            return command


def _body(budget: Budget) -> dict[str, str | None]:
    return {"budget_id": budget.budget_id, "status": budget.status}


def _stream(of: str) -> str:
    return f"hospital-budget/{of}"
