"""The money of a random year: bills and what takes them back, what comes in, and the orders that it meets."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from tests.years.books import CHARTS, LIBRARY, Books

from fund_ledger.funds.domain import order as orders
from fund_ledger.funds.domain.order import AgreeToOrder, LetGo, MeetOrder, Order, PlaceOrder, order_id
from fund_ledger.funds.domain.terms import Books as Past
from fund_ledger.funds.domain.terms import Kind, Wanted, terms
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain import journal as journals
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.commands import BookSettlement, ReverseSettlement, in_open_month
from fund_ledger.journals.domain.journal import Reversed
from fund_ledger.months.domain import Months, first_open
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import ReceiveMoney
from fund_ledger.payments.domain.moved import Moment, Receipt
from fund_ledger.payments.domain.returns import ReturnMoney
from kernel.values.refusals import Refused

#: Two counties of one pooling area, and one whose critical-illness money lies in the special account.
COUNTIES: Final = ("445202", "445222", "430481")
#: The funds whose money is here, each with the sources that the place's documents know; the first pays hospitals.
FUNDS: Final = {
    "445202": (("MA", "BUDGET"), ("POVFUND", "POVERTY_FUND_TRANSFER"), ("MA", "PREPAYMENT"), ("MA", "LOTTERY")),
    "445222": (("MA", "BUDGET"), ("MA", "PREPAYMENT"), ("MA", "DONATION"), ("POVFUND", "POVERTY_FUND_TRANSFER")),
    "430481": (("FISCAL", "MONTHLY"), ("CII", "RESERVE"), ("FISCAL", "RESERVE"), ("CII", "MONTHLY")),
}
#: The orders of each place by its documents: fund and kind.
ORDERS: Final[Mapping[str, tuple[tuple[str, Kind], ...]]] = {
    "445202": (("MA", "QUOTA"), ("MA", "PLAN"), ("MA", "LOTTERY")),
    "445222": (("MA", "QUOTA"), ("MA", "PLAN"), ("MA", "LOTTERY")),
    "430481": (("CII", "RESERVE"), ("FISCAL", "MONTHLY"), ("CII", "MONTHLY")),
}
#: What a mistake or a cheat would book: basic insurance out of the aid fund or through the special account, a
#: department's layer out of another's sub-account, relief out of poverty money, a fund of another place.
MISPLACED: Final = {
    "445202": (("BMI", "MA"), ("MASEC", "POVFUND"), ("MA", "BMI"), ("FISCAL", "FISCAL")),
    "445222": (("CII", "MA"), ("MASEC", "POVFUND"), ("BMI", "POVFUND"), ("THB", "THB")),
    "430481": (("BMI", "FISCAL"), ("FISCAL", "CII"), ("BMI", "CII"), ("MASEC", "MA")),
}


class Money:
    """Bills, receipts and orders as they happen, each by its live decider."""

    def __init__(self) -> None:
        self.today = date(2019, 1, 10)
        self.books = Books()
        self.months: dict[str, Months] = defaultdict(Months)
        self.bills: list[tuple[str, str]] = []
        self.receipts: dict[str, Receipt] = {}
        self.returned: set[str] = set()
        self.orders: dict[str, Order] = {}
        self.matches: dict[tuple[str, str], int] = defaultdict(int)
        self.number = 0

    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    def bill(self, county: str, hospital: str, fen: int) -> None:
        here: tuple[PayerPart, ...]
        if county == "430481":
            here = (PayerPart("CII", fen), PayerPart("FISCAL", fen // 3))
        else:
            relief = PayerPart("MASEC", 0, ("MA",), payout_fen=fen // 10)
            here = (PayerPart("MA", fen, ("POVFUND", "MA")), PayerPart("CII", fen // 4), relief)
        self._settle(county, hospital, PayerPart("BMI", fen // 2), *here)

    def misplaced(self, county: str, hospital: str, fen: int, which: int) -> None:
        payer, fund = MISPLACED[county][which]
        self._settle(county, hospital, PayerPart("BMI", fen), PayerPart(payer, fen, (fund,)))

    def _settle(self, county: str, hospital: str, *parts: PayerPart) -> None:
        name = f"S{self.number}"
        bill = SettledBill(settlement_id=name, county=county, hospital_id=hospital, person_id="P1", parts=parts)
        asked = in_open_month(BookSettlement(bill, self.books.left(county), self._late()), self._first(county))
        self.books.book(name, journals.DECIDER, asked)
        self.bills.append((name, county))

    def revoke(self, which: int) -> None:
        if self.bills:
            of, county = self.bills[-1 - which * 7 % len(self.bills)]
            names = {entry.account for entry in self.books.entries if entry.journal_id == of}
            persons = {name: -self.books.sums[name] for name in names if name.startswith("payable/person/")}
            command = ReverseSettlement("录入错误", self.books.left(county) | persons, self.today)
            self.books.book(of, journals.DECIDER, in_open_month(command, self._first(county)))

    def receive(self, county: str, which: int, fen: int) -> None:
        (fund, source), name = FUNDS[county][which], f"R{self.number}"
        receipt = Receipt(county=county, fund=fund, amount_fen=fen, source=source, value_on=self._late())
        asked = receipt, self._moment(county), self.books.left(county), CHARTS.ever(county)
        self.books.book(name, payments.DECIDER, ReceiveMoney(name, *asked))
        self.receipts[name] = receipt

    def take_back(self, which: int) -> None:
        name, receipt = self._receipt(which)
        back = ReturnMoney(
            journal_id=name,
            reason="BOOKED_WRONGLY",
            available_fen=self.books.left(receipt.county),
            bank_fen=self.books.sums[accounts.bank(receipt.county, receipt.fund)],
            today=max(self.today, self._first(receipt.county)),
            matched_fen=self.matched(name),
        )
        self.books.book(name, payments.DECIDER, back)
        self.returned.add(name)

    def order(self, county: str, which: int, fen: int) -> None:
        fund, kind = ORDERS[county][which]
        wanted = Wanted(
            county=county,
            fund=fund,
            kind=kind,
            year=self.today.year,
            month=self.today.month if kind == "MONTHLY" else None,
            amount_fen=fen,
            annual_fund_fen=4 * fen,
            monthly_forecast_fen=fen,
            retained_fen=5 * fen,
        )
        policy, *_ = LIBRARY.newest(county, self.today)
        found = terms(wanted, policy.file, Past(last_year_fen=4 * fen, carried_fen=fen // 5))
        name = order_id(wanted, found)
        self._decide_order(name, PlaceOrder(wanted=wanted, terms=found, by="clerk-1", today=self.today))

    def agree(self, which: int) -> None:
        waiting = {of: one for of, one in self.orders.items() if one.status in ("computed", "agreed")}
        order = self._order(which, waiting or self.orders)
        finance = order.status == "agreed"
        self._decide_order(order.order_id, AgreeToOrder(order.order_id, f"signer-{finance}", finance, self.today))

    def meet(self, which: int, with_: int, fen: int) -> None:
        """Mostly an order of the receipt's county; mostly as much as both have, and now and then too much."""
        name, receipt = self._receipt(with_)
        fitting = {
            of: one for of, one in self.orders.items() if one.county == receipt.county and one.status == "issued"
        }
        order = self._order(which, fitting or self.orders)
        free = 0 if name in self.returned else receipt.amount_fen - self.matched(name)
        command = MeetOrder(
            order_id=order.order_id,
            journal_id=name,
            county=receipt.county,
            fund=receipt.fund,
            source=receipt.source,
            free_fen=free,
            amount_fen=fen if fen % 2 == 0 else min(fen, free, order.left_fen) or fen,
            value_on=receipt.value_on,
        )
        self._decide_order(order.order_id, command)

    def let_go(self, which: int) -> None:
        met = [of for of, fen in self.matches.items() if fen] or list(self.matches)
        if met:
            order, name = met[-1 - which % len(met)]
            self._decide_order(order, LetGo(order, name, self.matches[order, name], self.today))

    def matched(self, receipt: str) -> int:
        """With how much a receipt meets orders."""
        return sum(fen for (_, name), fen in self.matches.items() if name == receipt)

    def revoked(self, settlement_id: str) -> bool:
        return isinstance(self.books.streams[settlement_id], Reversed)

    def _decide_order(self, name: str, command: orders.OrderCommand) -> None:
        for event in orders.DECIDER.decide(command, self.orders.get(name)):
            self.orders[name] = event.order
            if isinstance(event, orders.FundingMet):
                self.matches[name, event.journal_id] += event.amount_fen

    def _order(self, which: int, among: Mapping[str, Order]) -> Order:
        if not among:
            raise Refused("ORDER_UNKNOWN", "there is no order yet")
        return list(among.values())[-1 - which % len(among)]

    def _receipt(self, which: int) -> tuple[str, Receipt]:
        if not self.receipts:
            raise Refused("JOURNAL_UNKNOWN", "there is no receipt yet")
        return list(self.receipts.items())[-1 - which % len(self.receipts)]

    def _first(self, county: str) -> date:
        return first_open(self.months[county].closed)

    def _moment(self, county: str) -> Moment:
        return Moment(self.today, self._first(county))

    def _late(self) -> date:
        """The day of what happens: every third thing is told late."""
        return self.today - timedelta(days=25) if self.number % 3 == 0 else self.today
