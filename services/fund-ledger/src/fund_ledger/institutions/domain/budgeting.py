"""What is decided about a hospital's budget: its parts, its score, a closing in mid-year, and what comes back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, assert_never

import msgspec

from fund_ledger.funds.domain.prepayment import assess, by_score
from fund_ledger.institutions.domain.budget import (
    Assess,
    Budget,
    BudgetAssessed,
    BudgetCommand,
    BudgetCut,
    BudgetEvent,
    BudgetSet,
    BudgetWithdrawn,
    CloseHospital,
    GiveBack,
    InstalmentPaid,
    InstalmentReturned,
    PaidByScore,
    PayByScore,
    PayInstalment,
    PrepaymentGivenBack,
    ReturnInstalment,
    SetBudget,
    WithdrawBudget,
)
from fund_ledger.payments.domain.checks import check_day, check_moved
from kernel.values.decider import Decider
from kernel.values.money import Rounding, divide, yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found
from law.packs.rules import Assessment

_WHOLE: Final = Decimal(100)


def decide(command: BudgetCommand, state: Budget | None) -> Sequence[BudgetEvent]:
    """What a command brings about.

    Raises Refused BUDGET_EXISTS, BUDGET_FIGURES, AMOUNT_NOT_POSITIVE; BUDGET_UNKNOWN, BUDGET_NOT_IN_STATE,
    SAME_PERSON, INSTALMENT_UNKNOWN, INSTALMENT_PAID, INSTALMENT_EARLY, INSTALMENT_UNPAID, PAYER_NOT_NOTED,
    BUDGET_YEAR_RUNNING, SCORE_OUT_OF_RANGE, DATES_OUT_OF_ORDER, OVERPAYMENT and those of a day on which money moved.
    """
    if isinstance(command, SetBudget):
        return _set(command, state)
    if state is None:
        raise not_found("BUDGET_UNKNOWN", f"there is no budget {command.budget_id}", budget_id=command.budget_id)
    told: Sequence[BudgetEvent]
    match command:
        case PayInstalment():
            told = _pay_instalment(command, state)
        case ReturnInstalment():
            told = _return_instalment(command, state)
        case WithdrawBudget():
            told = _withdraw(command, state)
        case CloseHospital():
            told = _close(command, state)
        case Assess():
            told = _assess(command, state)
        case PayByScore():
            told = _pay_by_score(command, state)
        case GiveBack():
            told = _give_back(command, state)
        case _:
            assert_never(command)
    return told


def _set(command: SetBudget, state: Budget | None) -> Sequence[BudgetEvent]:
    if state is not None and state.status != "withdrawn":
        raise conflict("BUDGET_EXISTS", f"{state.budget_id} was set on {state.set_on}", budget_id=state.budget_id)
    if command.total_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", "a budget of 0.00 yuan pays nothing; the total must be above zero")
    prepay = _prepaid(command)
    if not command.months or list(command.months) != sorted({*command.months}):
        raise Refused("BUDGET_FIGURES", "name the months of the parts once each, in their order")
    budget = Budget(
        budget_id=command.budget_id,
        kind="ASSESSED" if isinstance(command.rule, Assessment) else "CONTRACT",
        county=command.county,
        fund=command.rule.fund,
        hospital_id=command.hospital_id,
        year=command.year,
        status="set",
        total_fen=command.total_fen,
        planned_fen=prepay,
        prepay_fen=prepay,
        pool_fen=command.total_fen - prepay,
        months=command.months,
        clause=command.clause,
        set_on=command.today,
        set_by=command.by,
    )
    return (BudgetSet(budget),)


def _prepaid(command: SetBudget) -> int:
    if isinstance(command.rule, Assessment):
        if command.prepay_fen is not None:
            raise Refused("BUDGET_FIGURES", f"{command.rule.prepay_percent} percent are prepaid; leave out how much")
        return assess(command.rule, command.total_fen, _WHOLE).prepay_fen
    if command.prepay_fen is None or not 0 < command.prepay_fen <= command.total_fen:
        raise Refused("BUDGET_FIGURES", "say what the contract prepays, at most the budget; the document does not")
    return command.prepay_fen


def _pay_instalment(command: PayInstalment, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.status == "withdrawn":
        raise _not_in_state(budget, "one that stands")
    _must_be_another(command.by, budget.set_by, budget)
    month = command.month
    if month not in budget.standing_months:
        months = ", ".join(map(str, budget.standing_months)) or "none"
        detail = f"{budget.budget_id} has no part for month {month}; it has parts for {months}"
        raise conflict("INSTALMENT_UNKNOWN", detail, budget_id=budget.budget_id)
    if month in budget.paid_months:
        detail = f"the part of {budget.year}-{month:02} of {budget.budget_id} was paid before"
        raise conflict("INSTALMENT_PAID", detail, budget_id=budget.budget_id)
    amount = budget.part_fen(month)
    check_moved(amount, command.paid_on, command.today)
    if command.paid_on < date(budget.year, month, 1):
        raise conflict("INSTALMENT_EARLY", f"the part of {budget.year}-{month:02} is paid from the first of it on")
    paid = _changed(
        budget,
        paid_months=tuple(sorted((*budget.paid_months, month))),
        prepaid_fen=budget.prepaid_fen + amount,
        paid_by=(*budget.paid_by, (month, command.by)),
    )
    return (InstalmentPaid(paid, month, amount),)


def _return_instalment(command: ReturnInstalment, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.status not in ("set", "assessed"):
        raise _not_in_state(budget, "one whose pool is not paid")
    month, amount = command.month, 0
    if month in budget.paid_months:
        amount = budget.part_fen(month)
    if not 0 < amount <= budget.prepaid_fen - budget.returned_fen:
        detail = f"the hospital has no whole part of {budget.year}-{month:02} of {budget.budget_id} to give back"
        raise conflict("INSTALMENT_UNPAID", detail, budget_id=budget.budget_id)
    paid_by = dict(budget.paid_by).get(month) or command.sent_by
    if paid_by is None:
        # Nobody gets round the other person because a part is old.
        detail = (
            f"nothing says who paid {budget.year}-{month:02} of {budget.budget_id}, so nobody can be another person"
        )
        raise conflict("PAYER_NOT_NOTED", detail, budget_id=budget.budget_id)
    _must_be_another(command.by, paid_by, budget)
    check_moved(amount, command.paid_on, command.today)
    if command.paid_on < date(budget.year, month, 1):
        raise Refused("DATES_OUT_OF_ORDER", f"{command.paid_on} is before the part of {budget.year}-{month:02}")
    back = _changed(
        budget,
        paid_months=tuple(paid for paid in budget.paid_months if paid != month),
        prepaid_fen=budget.prepaid_fen - amount,
        paid_by=tuple((paid, by) for paid, by in budget.paid_by if paid != month),
    )
    return (InstalmentReturned(back, month, amount),)


def _withdraw(command: WithdrawBudget, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.status != "set" or budget.prepaid_fen:
        raise _not_in_state(budget, "set, with no part of it paid: what was paid comes back first")
    _must_be_another(command.by, budget.set_by, budget)
    return (BudgetWithdrawn(budget=_changed(budget, status="withdrawn"), by=command.by, reason=command.reason),)


def _close(command: CloseHospital, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.closed_on is not None or budget.status != "set":
        raise _not_in_state(budget, "set, of a hospital that has not closed")
    if command.closed_on.year != budget.year:
        raise Refused("BUDGET_FIGURES", f"{command.closed_on} is not in {budget.year}, the year of {budget.budget_id}")
    closed = _changed(budget, closed_on=command.closed_on)
    months = closed.standing_months
    prepay = sum(budget.part_fen(month) for month in months)
    pool = divide(budget.pool_fen * len(months), len(budget.months), Rounding.HALF_UP)
    lapsed = budget.total_fen - prepay - pool
    return (BudgetCut(_changed(closed, prepay_fen=prepay, pool_fen=pool, lapsed_fen=lapsed)),)


def _assess(command: Assess, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.kind != "ASSESSED" or budget.status != "set":
        raise _not_in_state(budget, "one with an assessment, set")
    if budget.closed_on is None and command.today.year <= budget.year:
        detail = f"{budget.year} is running; it is scored after it, or once the hospital has closed"
        raise conflict("BUDGET_YEAR_RUNNING", detail, budget_id=budget.budget_id)
    payout = by_score(budget.pool_fen, Decimal(command.score_percent))
    scored = _changed(
        budget,
        status="assessed",
        score_percent=command.score_percent,
        payout_fen=payout,
        withheld_fen=budget.pool_fen - payout,
        scored_by=command.by,
        scored_on=command.today,
    )
    return (BudgetAssessed(scored),)


def _pay_by_score(command: PayByScore, budget: Budget) -> Sequence[BudgetEvent]:
    if budget.status != "assessed":
        raise _not_in_state(budget, "assessed")
    _must_be_another(command.by, budget.scored_by, budget)
    check_day(command.paid_on, command.today)
    if command.paid_on < (scored_on := budget.scored_on or budget.over_from):
        raise Refused("DATES_OUT_OF_ORDER", f"{command.paid_on} is before {budget.budget_id} was scored, {scored_on}")
    # More than is owed for the year's bills cannot be taken off them; the rest was never claimed.
    taken_off = min(budget.withheld_fen, max(0, command.claims.left_fen(budget) - budget.payout_fen))
    return (PaidByScore(_changed(budget, status="paid", taken_off_fen=taken_off, settled_on=command.paid_on)),)


def _give_back(command: GiveBack, budget: Budget) -> Sequence[BudgetEvent]:
    check_moved(command.amount_fen, command.paid_on, command.today)
    if command.paid_on.year < budget.year:
        raise Refused("DATES_OUT_OF_ORDER", f"{command.paid_on} is before {budget.year}, the year of the budget")
    if command.amount_fen > (over := command.claims.beyond_fen(budget)):
        left, asked = yuan_from_fen(over), yuan_from_fen(command.amount_fen)
        detail = (
            f"{budget.hospital_id} has {left} yuan of {budget.budget_id} beyond its claims,"
            f" so {asked} yuan cannot come back"
        )
        raise conflict("OVERPAYMENT", detail, budget_id=budget.budget_id, left=left, asked=asked)
    back = _changed(budget, returned_fen=budget.returned_fen + command.amount_fen)
    return (PrepaymentGivenBack(back, command.amount_fen),)


def _changed(budget: Budget, **fields: object) -> Budget:
    return msgspec.structs.replace(budget, **fields)


def _must_be_another(by: str, before: str | None, budget: Budget) -> None:
    if by == before:
        raise conflict("SAME_PERSON", f"{by} took the step before on {budget.budget_id}; somebody else takes this one")


def _not_in_state(budget: Budget, wanted: str) -> Refused:
    detail = f"{budget.budget_id} is {budget.kind} and {budget.status}; for this it must be {wanted}"
    return conflict("BUDGET_NOT_IN_STATE", detail, budget_id=budget.budget_id, status=budget.status)


def evolve(_state: Budget | None, event: BudgetEvent) -> Budget:
    """The state after an event."""
    return event.budget


DECIDER: Final[Decider[BudgetCommand, Budget | None, BudgetEvent]] = Decider(None, decide, evolve)
