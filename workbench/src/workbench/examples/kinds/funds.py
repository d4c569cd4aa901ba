"""Kinds of examples that the fund ledger answers: prepayment, clearing, premiums."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from typing_extensions import override

from fund_ledger.funds.domain.prepayment import assess, placed_balance, quota_due, reserve_due
from fund_ledger.funds.domain.sources import lottery_share
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.journals.domain.events import JournalBooked
from fund_ledger.journals.domain.journal import DECIDER, after
from fund_ledger.periods.domain.clearing import clear
from law.packs import PackLibrary
from law.packs.rules import Assessment, Quota, Reserve
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, fen, one, yuan
from workbench.examples.outcome import Outcome


class ReserveGiven(Part, frozen=True, kw_only=True):
    annual_fund: Yuan
    monthly_forecast: Yuan
    paid_in: Yuan


class ReserveExpected(Part, frozen=True, kw_only=True):
    fifteen_percent: Yuan
    two_months: Yuan
    required: Yuan
    met: bool
    shortfall: Yuan


class ReserveExample(Table, tag="reserve", frozen=True, kw_only=True):
    """What a department must hold in reserve."""

    given: ReserveGiven
    expect: ReserveExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = next(rule for rule in self.pack(library).file.prepayment if isinstance(rule, Reserve))
        due = reserve_due(rule, fen(self.given.annual_fund), fen(self.given.monthly_forecast), fen(self.given.paid_in))
        parts = {"fifteen_percent": yuan(due.share_fen), "two_months": yuan(due.months_fen)}
        return one(self.expect, due, **parts, met=due.met)


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
        paid = assess(rule, fen(self.given.annual_total), Decimal(self.given.score_percent))
        return one(self.expect, paid, assessed_payout=yuan(paid.payout_fen))


class QuotaGiven(Part, frozen=True, kw_only=True):
    last_year_actual: Yuan
    carried_balance: Yuan


class QuotaExpected(Part, frozen=True, kw_only=True):
    quota: Yuan
    transfer_due: Yuan
    still_carried: Yuan


class Prepay25(Table, tag="prepay25", frozen=True, kw_only=True):
    """A quota of last year's cost, less what was carried over."""

    given: QuotaGiven
    expect: QuotaExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = next(rule for rule in self.pack(library).file.prepayment if isinstance(rule, Quota))
        due = quota_due(rule, fen(self.given.last_year_actual), fen(self.given.carried_balance))
        return one(self.expect, due)


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
        balance = placed_balance(fen(self.given.prealloc), [fen(aid) for aid in self.given.aid_paid_on_site])
        return one(self.expect, balance=yuan(balance))


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
        cleared = [
            AccountExpected(name=account.name, refund=yuan(done.refund_fen), top_up=yuan(done.top_up_fen))
            for account in self.given.accounts
            for done in (clear([fen(paid) for paid in account.paid_in], fen(account.settled)),)
        ]
        return one(self.expect, AccountsExpected(accounts=tuple(cleared)))


class LotteryGiven(Part, frozen=True, kw_only=True):
    retained: Yuan


class LotteryExpected(Part, frozen=True, kw_only=True):
    to_ma: Yuan


class Lottery(Table, tag="lottery", frozen=True, kw_only=True):
    """The share of lottery money that goes to the aid fund."""

    given: LotteryGiven
    expect: LotteryExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        source = next(source for source in self.pack(library).file.sources if source.code == "LOTTERY")
        assert source.percent is not None, "the pack states the lottery's share"
        return one(self.expect, to_ma=yuan(lottery_share(fen(self.given.retained), Decimal(source.percent))))


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


Kinds: TypeAlias = ClearingExample | Lottery | Prealloc | PremiumExample | Prepay25 | ReserveExample | Split6040
