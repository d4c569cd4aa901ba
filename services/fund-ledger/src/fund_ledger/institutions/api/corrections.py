"""What is put right about budgets and consultation fees, over HTTP: always by another person than who did it."""

from typing import Annotated

from fastapi import Path

from fund_ledger.institutions.api.budgets import BudgetMoved, PaidOn, seen_budget
from fund_ledger.institutions.api.codes import Agency, Finance, LongName
from fund_ledger.institutions.api.fees import FeesStand, SentBackBody, seen_fees
from fund_ledger.institutions.commands.budgets import BudgetCommands
from fund_ledger.institutions.commands.fees import FeeCommands
from fund_ledger.institutions.domain.budget import ReturnInstalment, WithdrawBudget, WrongBudget
from fund_ledger.institutions.domain.fee import ReturnFees, WithdrawApproval
from fund_ledger.institutions.queries import InstitutionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, answered
from kernel.running.requested import Requests

MonthInPath = Annotated[int, Path(ge=1, le=12, description="The month whose part it is")]


class WithdrawnBody(RequestBody, frozen=True):
    """What was wrong with the budget."""

    reason: WrongBudget


def budget_corrections(commands: BudgetCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/hospital-budgets that put something right."""
    router = Router(prefix="/v1/hospital-budgets", tags=["institutions"])

    @router.post("/{budget_id}/instalments/{month}/return")
    async def return_instalment(
        budget_id: LongName, month: MonthInPath, caller: Finance, command: Sent[PaidOn], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Book that a month's part came back whole, by somebody who did not pay it.

        The bank returned it, or the hospital had closed before its month. A month that stands is paid again.
        """
        of = await seen_budget(found, caller, budget_id)
        back = ReturnInstalment(
            budget_id=budget_id,
            month=month,
            by=caller.subject,
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.pay(requests.by(caller, key), of, back, command.value_on))

    @router.post("/{budget_id}/withdrawal")
    async def withdraw(
        budget_id: LongName, caller: Agency, command: Sent[WithdrawnBody], key: IdempotencyKey
    ) -> Json[BudgetMoved]:
        """Withdraw a budget that was set wrongly, by somebody who did not set it, while none of it is paid."""
        of = await seen_budget(found, caller, budget_id)
        wrong = WithdrawBudget(budget_id=budget_id, by=caller.subject, reason=command.reason)
        return answered(await commands.say(requests.by(caller, key), of.budget_id, wrong))

    return router


def fee_corrections(commands: FeeCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/consultation-fees that put something right."""
    router = Router(prefix="/v1/consultation-fees", tags=["institutions"])

    @router.post("/{fees_id}/approval-withdrawal")
    async def withdraw_approval(
        fees_id: LongName, caller: Agency, command: Sent[SentBackBody], key: IdempotencyKey
    ) -> Json[FeesStand]:
        """Withdraw an approval before it is paid, by somebody who did not give it; the report is made again."""
        of = await seen_fees(found, caller, fees_id)
        wrong = WithdrawApproval(fees_id=fees_id, by=caller.subject, why=command.reason)
        return answered(await commands.book(requests.by(caller, key), of, wrong, requests.today))

    @router.post("/{fees_id}/payment-return")
    async def return_payment(
        fees_id: LongName, caller: Finance, command: Sent[PaidOn], key: IdempotencyKey
    ) -> Json[FeesStand]:
        """Book that the bank gave the payment back, by somebody who did not pay it; it is owed again."""
        of = await seen_fees(found, caller, fees_id)
        back = ReturnFees(fees_id=fees_id, by=caller.subject, paid_on=command.value_on, today=requests.today)
        return answered(await commands.book(requests.by(caller, key), of, back, command.value_on))

    return router
