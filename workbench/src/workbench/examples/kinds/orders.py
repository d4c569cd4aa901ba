"""Kinds of examples about money that is ordered to come into funds: reserves, quotas, the lottery's share."""

from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias

from typing_extensions import override

from fund_ledger.funds.domain.order import DECIDER, AgreeToOrder, MeetOrder, Order, OrderCommand, PlaceOrder
from fund_ledger.funds.domain.terms import Books, Wanted, terms
from law.packs import PackLibrary
from law.packs.model import Pack
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.part import Part, Table, fen, one, yuan
from workbench.examples.outcome import Outcome

#: The counties whose books the examples are played on.
_HUNAN: Final = "430181"
_JIEYANG: Final = "445202"


def _placed(wanted: Wanted, pack: Pack, books: Books) -> Order:
    """The order that the agency places by the place's document and the books."""
    found = terms(wanted, pack.file, books)
    return _after(None, PlaceOrder(wanted=wanted, terms=found, by="agency", today=date(wanted.year, 1, 4)))


def _receipt(order: Order, source: str, came_fen: int, amount_fen: int) -> MeetOrder:
    return MeetOrder(
        order_id=order.order_id,
        journal_id="receipt",
        county=order.county,
        fund=order.fund,
        source=source,
        free_fen=came_fen,
        amount_fen=amount_fen,
        value_on=order.ordered_on,
    )


def _after(order: Order | None, command: OrderCommand) -> Order:
    after = DECIDER.fold(DECIDER.decide(command, order), order)
    assert after is not None, "an order that was placed stands"
    return after


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
        wanted = Wanted(
            county=_HUNAN,
            fund="MA",
            kind="RESERVE",
            year=2019,
            annual_fund_fen=fen(self.given.annual_fund),
            monthly_forecast_fen=fen(self.given.monthly_forecast),
        )
        order = _placed(wanted, self.pack(library), Books(0, 0))
        paid = min(fen(self.given.paid_in), order.amount_fen)
        if paid:
            order = _after(order, _receipt(order, "RESERVE", fen(self.given.paid_in), paid))
        got = {"fifteen_percent": yuan(order.figures["share"]), "two_months": yuan(order.figures["months"])}
        got |= {"required": yuan(order.amount_fen), "shortfall": yuan(order.left_fen)}
        return one(self.expect, **got, met=order.status == "met")


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
        books = Books(fen(self.given.last_year_actual), fen(self.given.carried_balance))
        wanted = Wanted(county=_JIEYANG, fund="MA", kind="QUOTA", year=2020)
        order = _placed(wanted, self.pack(library), books)
        for by, finance in (("bureau", False), ("finance", True)):
            order = _after(order, AgreeToOrder(order.order_id, by, finance, order.ordered_on))
        got = {"quota": yuan(order.figures["quota"]), "still_carried": yuan(order.figures["still_carried"])}
        return one(self.expect, **got, transfer_due=yuan(order.left_fen))


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
        wanted = Wanted(county=_JIEYANG, fund="MA", kind="LOTTERY", year=2019, retained_fen=fen(self.given.retained))
        order = _placed(wanted, self.pack(library), Books(0, 0))
        return one(self.expect, to_ma=yuan(order.left_fen))


Kinds: TypeAlias = Lottery | Prepay25 | ReserveExample
