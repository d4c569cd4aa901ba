"""A hospital's budget of a year: a part is paid in advance by months, the rest is a pool that is paid by its score.

Huining prepays 60 % and pays 40 % by assessment (002 三(二)); Guangxi prepays as the contract says (003 五(十二)). What
was paid in advance stands on what the fund owes the hospital, so that claims are set against it.
"""

from datetime import date
from typing import Literal

import msgspec

from law.packs.rules import Assessment, Contracted

Kind = Literal["ASSESSED", "CONTRACT"]
#: ``set`` until it is scored, ``paid`` once the pool is paid too; a contract has no pool and stays as it was set.
#: ``withdrawn`` was set wrongly: another one may be set in its place.
Status = Literal["set", "assessed", "paid", "withdrawn"]
WrongBudget = Literal["WRONG_TOTAL", "WRONG_MONTHS", "WRONG_HOSPITAL", "NO_BUDGET"]


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget as it stands, in fen: prepay + pool + lapsed = total, payout + withheld = pool once it is scored.

    ``planned_fen`` is the part that is paid in advance over all ``months``; ``prepay_fen`` that of the months that
    count. ``taken_off_fen`` is what of the withheld part the fund owed for bills, and owes no more;
    ``settled_on`` is the day on which the pool was paid.
    """

    budget_id: str
    kind: Kind
    county: str
    fund: str
    hospital_id: str
    year: int
    status: Status
    total_fen: int
    planned_fen: int
    prepay_fen: int
    pool_fen: int
    months: tuple[int, ...]
    paid_months: tuple[int, ...] = ()
    prepaid_fen: int = 0
    closed_on: date | None = None
    lapsed_fen: int = 0
    score_percent: str | None = None
    payout_fen: int = 0
    withheld_fen: int = 0
    taken_off_fen: int = 0
    returned_fen: int = 0
    settled_on: date | None = None
    clause: str
    set_on: date
    set_by: str
    scored_by: str | None = None
    #: Only in the events: no row shows it.
    scored_on: date | None = None
    #: Who paid the part of which month; only in the events, too.
    paid_by: tuple[tuple[int, str], ...] = ()

    def part_fen(self, month: int) -> int:
        """The part of a month: all parts together are exactly what was planned."""
        place, parts = self.months.index(month), len(self.months)
        return self.planned_fen * (place + 1) // parts - self.planned_fen * place // parts

    @property
    def moved_fen(self) -> int:
        """What of claims it has settled so far: paid in advance, by its score, taken off, less what came back."""
        by_score = self.payout_fen + self.taken_off_fen if self.status == "paid" else 0
        return self.prepaid_fen + by_score - self.returned_fen

    @property
    def unpaid_fen(self) -> int:
        """The parts that count and are not paid yet."""
        if self.status == "withdrawn":
            return 0
        return sum(self.part_fen(month) for month in self.standing_months if month not in self.paid_months)

    @property
    def over_from(self) -> date:
        """The first day on which the year can be scored: the hospital's last one, or the first of the next year."""
        return self.closed_on or date(self.year + 1, 1, 1)

    @property
    def standing_months(self) -> tuple[int, ...]:
        """The months that count: a hospital that closed gets nothing for those after it."""
        last = 12 if self.closed_on is None else self.closed_on.month
        return tuple(month for month in self.months if month <= last)


class SetBudget(msgspec.Struct, frozen=True, kw_only=True):
    """Set a hospital's budget. ``prepay_fen`` is what a contract prepays; where a share does, the document says it."""

    budget_id: str
    rule: Assessment | Contracted
    clause: str
    county: str
    hospital_id: str
    year: int
    total_fen: int
    prepay_fen: int | None
    months: tuple[int, ...]
    by: str
    today: date


class PayInstalment(msgspec.Struct, frozen=True, kw_only=True):
    """A month's part was paid in advance."""

    budget_id: str
    month: int
    by: str
    paid_on: date
    today: date


class ReturnInstalment(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a month came back whole: the bank returned it, or the hospital had closed before it.

    ``sent_by`` sent the payment by what is stored beside its event: of parts that were paid before 0058 no other
    word says who paid them.
    """

    budget_id: str
    month: int
    by: str
    paid_on: date
    today: date
    sent_by: str | None = None


class WithdrawBudget(msgspec.Struct, frozen=True, kw_only=True):
    """The budget was set wrongly; said by another person than who set it, while none of it is paid."""

    budget_id: str
    by: str
    reason: WrongBudget


class CloseHospital(msgspec.Struct, frozen=True, kw_only=True):
    """The hospital closed in mid-year: the parts of later months lapse, and the pool in proportion to them."""

    budget_id: str
    closed_on: date


class Assess(msgspec.Struct, frozen=True, kw_only=True):
    """The year's score, in percent, of quantity, quality and conduct."""

    budget_id: str
    score_percent: str
    by: str
    today: date


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a budget is held against, in fen, whatever was booked in later years.

    ``owed_fen`` came to be owed until the end of the budget's year, whatever any budget paid of it;
    ``owed_before_fen`` until the end of the year before. ``earlier`` are the hospital's budgets of years before.
    """

    owed_fen: int = 0
    owed_before_fen: int = 0
    earlier: tuple[Budget, ...] = ()

    def left_fen(self, of: Budget) -> int:
        """What is owed for the year beyond all parts in advance, paid or not.

        What earlier years paid beyond their claims is set against the year's; what they left unpaid is not in it.
        """
        before = self.owed_before_fen - sum(one.moved_fen + one.unpaid_fen for one in self.earlier)
        return self.owed_fen - self.owed_before_fen + min(0, before) - of.moved_fen - of.unpaid_fen

    def beyond_fen(self, of: Budget) -> int:
        """What this budget paid beyond the claims: not what an earlier one did."""
        before = self.owed_before_fen - sum(one.moved_fen for one in self.earlier)
        until = self.owed_fen - sum(one.moved_fen for one in (*self.earlier, of))
        return max(0, min(of.moved_fen, max(0, -until) - max(0, -before)))


class PayByScore(msgspec.Struct, frozen=True, kw_only=True):
    """The pool was paid by the score; ``claims`` are those of its year and before."""

    budget_id: str
    by: str
    paid_on: date
    today: date
    claims: Claims = Claims()


class GiveBack(msgspec.Struct, frozen=True, kw_only=True):
    """The hospital gave back what it got beyond its claims; ``claims`` are those of the year and before."""

    budget_id: str
    amount_fen: int
    paid_on: date
    today: date
    claims: Claims = Claims()


BudgetCommand = (
    SetBudget | PayInstalment | ReturnInstalment | WithdrawBudget | CloseHospital | Assess | PayByScore | GiveBack
)


class BudgetSet(msgspec.Struct, frozen=True):
    """A budget was set."""

    budget: Budget


class InstalmentPaid(msgspec.Struct, frozen=True):
    """A month's part was paid."""

    budget: Budget
    month: int
    amount_fen: int


class InstalmentReturned(msgspec.Struct, frozen=True):
    """A month's part came back: it is paid no more, and may be paid again if the month stands."""

    budget: Budget
    month: int
    amount_fen: int


class BudgetWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The budget was wrong, and stands no more."""

    budget: Budget
    by: str
    reason: WrongBudget


class BudgetCut(msgspec.Struct, frozen=True):
    """What belongs to the months after the hospital's closing lapsed."""

    budget: Budget


class BudgetAssessed(msgspec.Struct, frozen=True):
    """The year was scored."""

    budget: Budget


class PaidByScore(msgspec.Struct, frozen=True):
    """The pool was paid by the score, and what was withheld taken off what the fund owes."""

    budget: Budget


class PrepaymentGivenBack(msgspec.Struct, frozen=True):
    """So much came back of what was paid in advance."""

    budget: Budget
    amount_fen: int


BudgetEvent = (
    BudgetSet
    | InstalmentPaid
    | InstalmentReturned
    | BudgetWithdrawn
    | BudgetCut
    | BudgetAssessed
    | PaidByScore
    | PrepaymentGivenBack
)


def budget_id(county: str, fund: str, year: int, hospital_id: str) -> str:
    """The name of a budget: one for each hospital, fund and year."""
    return f"{county}-{fund}-{year}-{hospital_id}"
