"""Kinds of examples that the fund ledger answers: budgets, placed money, clearing, premiums."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from typing_extensions import override

from fund_ledger.institutions.domain import budgeting, placement
from fund_ledger.institutions.domain.budget import Assess, Budget, SetBudget
from fund_ledger.institutions.domain.placement import (
    OrderPlacement,
    PayPlacement,
    Placement,
    PlacementCommand,
    Use,
)
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.journals.domain.events import JournalBooked
from fund_ledger.journals.domain.journal import DECIDER, after
from fund_ledger.periods.domain import year
from fund_ledger.periods.domain.clearing import AccountCleared, Flow, cleared
from fund_ledger.periods.domain.year import CloseYear, YearClosed
from law.packs import PackLibrary
from law.packs.rules import Assessment, Clearing
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, fen, one, yuan
from workbench.examples.outcome import Outcome

#: The county whose books these examples are played on.
_HUINING: Final = "620422"


class SplitGiven(Part, frozen=True, kw_only=True):
    annual_total: Yuan
    score_percent: str


class SplitExpected(Part, frozen=True, kw_only=True):
    prepay: Yuan
    pool: Yuan
    assessed_payout: Yuan
    withheld: Yuan


class Split6040(Table, tag="split6040", frozen=True, kw_only=True):
    """A prepaid share, and a pool that is paid by assessment."""

    given: SplitGiven
    expect: SplitExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = next(rule for rule in self.pack(library).file.prepayment if isinstance(rule, Assessment))
        budget = self._scored(rule)
        parts = {"prepay": yuan(budget.prepay_fen), "pool": yuan(budget.pool_fen)}
        return one(self.expect, **parts, assessed_payout=yuan(budget.payout_fen), withheld=yuan(budget.withheld_fen))

    def _scored(self, rule: Assessment) -> Budget:
        """The budget set for a hospital, and scored after its year."""
        total = fen(self.given.annual_total)
        placed = SetBudget(
            budget_id="HU-09",
            rule=rule,
            clause=rule.clause,
            county=_HUINING,
            hospital_id="hospital",
            year=2018,
            total_fen=total,
            prepay_fen=None,
            months=tuple(range(1, 13)),
            by="agency",
            today=date(2018, 7, 1),
        )
        scored = Assess(budget_id="HU-09", score_percent=self.given.score_percent, by="agency", today=date(2019, 1, 2))
        state: Budget | None = None
        for command in (placed, scored):
            state = budgeting.DECIDER.fold(budgeting.DECIDER.decide(command, state), state)
        assert state is not None, "a budget that was set stands"
        return state


class PlacedGiven(Part, frozen=True, kw_only=True):
    prealloc: Yuan
    aid_paid_on_site: tuple[Yuan, ...]


class PlacedExpected(Part, frozen=True, kw_only=True):
    balance: Yuan


class Prealloc(Table, tag="prealloc", frozen=True, kw_only=True):
    """Money placed at a hospital, and what is left of it."""

    given: PlacedGiven
    expect: PlacedExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        on, place = date(2018, 7, 1), "HU-12"
        order = OrderPlacement(
            placement_id=place,
            county=_HUINING,
            fund="MA",
            hospital_id="hospital",
            amount_fen=fen(self.given.prealloc),
            clause="三(二)",
            by="agency",
            today=on,
        )
        commands: list[PlacementCommand] = [
            order,
            PayPlacement(placement_id=place, amount_fen=order.amount_fen, by="finance", paid_on=on, today=on),
            *(Use(placement_id=place, amount_fen=fen(aid)) for aid in self.given.aid_paid_on_site),
        ]
        state: Placement | None = None
        for command in commands:
            state = placement.DECIDER.fold(placement.DECIDER.decide(command, state), state)
        assert state is not None, "money that was ordered to be placed stands"
        return one(self.expect, balance=yuan(state.balance_fen))


class AccountGiven(Part, frozen=True, kw_only=True):
    name: str
    paid_in: tuple[Yuan, ...]
    settled: Yuan


class AccountExpected(Part, frozen=True, kw_only=True):
    name: str
    refund: Yuan
    top_up: Yuan


class AccountsGiven(Part, frozen=True, kw_only=True):
    accounts: tuple[AccountGiven, ...]


class AccountsExpected(Part, frozen=True, kw_only=True):
    accounts: tuple[AccountExpected, ...]


class ClearingExample(Table, tag="clearing", frozen=True, kw_only=True):
    """Year-end clearing, each account by itself."""

    given: AccountsGiven
    expect: AccountsExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        accounts_ = [
            AccountExpected(name=account.name, refund=yuan(done.refund_fen), top_up=yuan(done.top_up_fen))
            for account in self.given.accounts
            for done in (self._cleared(account),)
        ]
        return one(self.expect, AccountsExpected(accounts=tuple(accounts_)))

    def _cleared(self, account: AccountGiven) -> AccountCleared:
        """The account in a year that is closed after its December."""
        rule = Clearing(account="MA", clause="")
        paid = [Flow("MA", "receipt", "BUDGET", fen(paid)) for paid in account.paid_in]
        used = Flow("MA", "settlement", "", -fen(account.settled))
        close = CloseYear(
            county=account.name,
            year=2018,
            today=date(2019, 1, 2),
            months_closed=date(2018, 12, 1),
            cleared=cleared(((rule, ""),), (*paid, used)),
            carried=(),
        )
        (closed,) = year.DECIDER.decide(close, year.DECIDER.initial)
        assert isinstance(closed, YearClosed), "a year that is over is closed"
        return closed.cleared[0]


class PremiumGiven(Part, frozen=True, kw_only=True):
    premium: Yuan
    persons: dict[str, int]
    povfund_available: Yuan


class PremiumExpected(Part, frozen=True, kw_only=True):
    from_ma: Yuan
    from_povfund: Yuan
    unsubsidised_persons: int
    total: Yuan


#: Jieyang's Rongcheng district, whose books the example is played on.
_COUNTY: Final = "445202"


class PremiumExample(Table, tag="premium", frozen=True, kw_only=True):
    """Who pays the personal premium for whom."""

    given: PremiumGiven
    expect: PremiumExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        policy = self.policy(library)
        persons = Counter[tuple[str, ...] | None]()
        for category, count in self.given.persons.items():
            persons[policy.premium_funds(category.upper())] += count
        paid = self._paid({funds: count for funds, count in persons.items() if funds is not None}, policy.on)
        return one(
            self.expect,
            from_ma=yuan(paid["MA"]),
            from_povfund=yuan(paid["POVFUND"]),
            unsubsidised_persons=persons[None],
            total=yuan(sum(paid.values())),
        )

    def _paid(self, persons: Mapping[tuple[str, ...], int], on: date) -> Counter[str]:
        """What each fund paid, each payer's batch booked on what the one before left."""
        available = {accounts.fund(_COUNTY, "POVFUND"): fen(self.given.povfund_available)}
        paid = Counter[str]()
        for funds, count in persons.items():
            batch = BookPremiums(
                journal_id="-".join(funds),
                county=_COUNTY,
                funds=funds,
                total_fen=fen(self.given.premium) * count,
                available_fen=available,
                booked_on=on,
            )
            events = DECIDER.decide(batch, DECIDER.initial)
            available = after(available, events)
            for posting in (p for event in events if isinstance(event, JournalBooked) for p in event.postings):
                account = accounts.parse(posting.account)
                if account.kind == accounts.FUND:
                    paid[account.fund] += posting.amount_fen
        return paid


Kinds: TypeAlias = ClearingExample | Prealloc | PremiumExample | Split6040
