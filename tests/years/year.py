"""A random year: its happenings, its hospitals' statements, and the closing of its months and of itself."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st
from tests.years.books import LIBRARY
from tests.years.money import COUNTIES, FUNDS, Money

from fund_ledger.journals.domain import accounts
from fund_ledger.months import domain as months
from fund_ledger.months.domain import CloseMonth, MonthClosed, after, last_day
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import PayOut
from fund_ledger.payments.domain.moved import STATEMENT_PAYMENT, Transfer
from fund_ledger.payments.domain.returns import ReturnMoney
from fund_ledger.periods.domain import refund
from fund_ledger.periods.domain import year as years
from fund_ledger.periods.domain.clearing import AccountCleared, cleared
from fund_ledger.periods.domain.refund import PayClearing
from fund_ledger.periods.domain.year import CloseYear, SettleClearing, YearClosed, Years
from fund_ledger.statements.domain import deduction, statement
from fund_ledger.statements.domain.deduction import Deduct
from fund_ledger.statements.domain.statement import Deduction, DrawStatement, ReviewStatement, Statements, Unbilled
from kernel.values.refusals import Refused

OF_YEAR: Final = 2019
#: What a happening may be refused for. Whatever else is refused would hide that something never happens.
EXPECTED: Final = {
    "misplaced": {"PURPOSE_NOT_ALLOWED", "FUND_UNKNOWN"},
    "receive": {"PERIOD_CLOSED"},
    "take_back": {"JOURNAL_UNKNOWN", "RETURNED_BEFORE", "RECEIPT_MATCHED", "BANK_SHORT"},
    "order": {"ORDER_EXISTS"},
    "agree": {"ORDER_UNKNOWN", "ORDER_NOT_IN_STATE"},
    "meet": {
        "ORDER_UNKNOWN",
        "JOURNAL_UNKNOWN",
        "ORDER_NOT_IN_STATE",
        "MATCH_MISPLACED",
        "RECEIPT_EXHAUSTED",
        "ORDER_EXCEEDED",
    },
    "let_go": {"NOT_MATCHED"},
    "close": {"MONTH_NOT_OVER"},
    "close_year": {"MONTHS_OPEN"},
    "clear": {"CLEARING_UNKNOWN", "CLEARING_SETTLED", "BANK_SHORT"},
}
STATEMENTS: Final = {"draw", "review", "pay", "give_back"}
_HOSPITALS: Final = st.sampled_from(["H1", "H2"])
_COUNTY: Final = st.sampled_from(COUNTIES)
_WHICH: Final = st.integers(0, 9)
#: What may happen, and how many times as often as what is rare.
_HAPPENINGS: Final[tuple[tuple[int, st.SearchStrategy[tuple[Any, ...]]], ...]] = (
    (3, st.tuples(st.just("bill"), _COUNTY, _HOSPITALS, st.integers(1, 300_000))),
    (1, st.tuples(st.just("misplaced"), _COUNTY, _HOSPITALS, st.integers(1, 300_000), st.integers(0, 3))),
    (1, st.tuples(st.just("revoke"), _WHICH)),
    (3, st.tuples(st.just("receive"), _COUNTY, st.sampled_from([0, 0, 1, 2, 3]), st.integers(300_000, 900_000))),
    (1, st.tuples(st.just("take_back"), _WHICH)),
    (1, st.tuples(st.just("order"), _COUNTY, st.integers(0, 2), st.integers(1, 600_000))),
    (1, st.tuples(st.just("agree"), _WHICH)),
    (3, st.tuples(st.just("meet"), _WHICH, _WHICH, st.integers(1, 600_000))),
    (1, st.tuples(st.just("let_go"), _WHICH)),
    (1, st.tuples(st.just("close"), _COUNTY)),
    (1, st.tuples(st.just("close_year"), _COUNTY)),
    (4, st.tuples(st.just("draw"), _COUNTY, _HOSPITALS)),
    (2, st.tuples(st.just("review"), _WHICH, st.sampled_from([0, 0, 5_000, 100_000]), st.booleans())),
    (3, st.tuples(st.just("pay"), _WHICH)),
    (1, st.tuples(st.just("give_back"), _WHICH)),
    (4, st.tuples(st.just("wait"), st.integers(10, 40))),
)
HAPPENINGS: Final = st.lists(
    st.one_of([one for times, one in _HAPPENINGS for _ in range(times)]),
    min_size=60,
    max_size=110,
)


class Year(Money):
    """All of a year of three counties, in whatever order it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[MonthClosed] = []
        self.years: dict[str, Years] = defaultdict(Years)
        self.year_closings: list[YearClosed] = []
        self.statements: dict[tuple[str, str], Statements] = defaultdict(Statements)
        self.billed: dict[str, list[str]] = defaultdict(list)
        self.on_statement: dict[str, tuple[str, ...]] = {}
        self.drawn: list[tuple[str, str, str]] = []

    def do(self, happening: tuple[Any, ...]) -> None:
        """Let one thing happen; what is refused leaves everything as it was."""
        self.number += 1
        before, kind = len(self.books.entries), happening[0]
        try:
            getattr(self, kind)(*happening[1:])
        except Refused as refused:
            assert kind in STATEMENTS or refused.code in EXPECTED.get(kind, set()), (happening, refused)
            assert len(self.books.entries) == before

    def finish(self) -> None:
        """It is the next January: what months are open still are closed, then the year, and it is cleared."""
        self.today = max(self.today, date(OF_YEAR + 1, 1, 10))
        for county in COUNTIES:
            self.do(("close", county))
            self.do(("close_year", county))
            for account in self.years[county].closed[0].cleared:
                self.do(("clear", county, account))

    def close(self, county: str) -> None:
        """Close the next month, and all others that are over."""
        self._close_next(county)
        while after(after(self.months[county].closed or date.min)) <= self.today:
            self._close_next(county)

    def _close_next(self, county: str) -> None:
        state = self.months[county]
        month = after(state.closed) if state.closed else date(OF_YEAR, 1, 1)
        command = CloseMonth(
            county=county,
            month=month,
            today=self.today,
            obstacles=(),
            entries=len(self.books.entries),
            funds=self.books.standing(county, last_day(month)),
        )
        for event in months.DECIDER.decide(command, state):
            self.months[county] = months.DECIDER.evolve(state, event)
            self.closed.append(event)

    def close_year(self, county: str) -> None:
        command = CloseYear(
            county=county,
            year=OF_YEAR,
            today=self.today,
            months_closed=self.months[county].closed,
            cleared=self.cleared(county),
            carried=self.books.standing(county, date(OF_YEAR, 12, 31)),
        )
        for event in years.DECIDER.decide(command, self.years[county]):
            assert isinstance(event, YearClosed)
            self.years[county] = years.DECIDER.evolve(self.years[county], event)
            self.year_closings.append(event)

    def cleared(self, county: str, area: str = "") -> tuple[AccountCleared, ...]:
        """What the books say by now of a county's clearing of the year, or of its ``area``'s as if that were one."""
        policies = LIBRARY.newest(county, date(OF_YEAR, 12, 31))
        rules = [(rule, one.file.document.cited_as) for one in policies for rule in one.file.clearing]
        return cleared(rules, self.books.flows(area or county, OF_YEAR))

    def clear(self, county: str, account: AccountCleared) -> None:
        state, name = self.years[county], f"C{self.number}"
        _, found = years.due(state, OF_YEAR, account.account)
        command = PayClearing(
            journal_id=name,
            county=county,
            year=OF_YEAR,
            cleared=found,
            available_fen=self.books.left(county),
            bank_fen=self.books.sums[accounts.bank(county, found.fund)],
            paid_on=max(self.today, self._first(county)),
        )
        done = SettleClearing(year=OF_YEAR, account=found.account, journal_id=name, settled_on=command.paid_on)
        events = years.DECIDER.decide(done, state)
        self.books.book(name, refund.DECIDER, command)
        self.years[county] = years.DECIDER.fold(events, state)

    def draw(self, county: str, hospital: str) -> None:
        account, state = payable(hospital, county), self.statements[county, hospital]
        month = max(after(state.last or date.min), (self.today.replace(day=1) - date.resolution).replace(day=1))
        command = DrawStatement(
            hospital_id=hospital,
            county=county,
            fund=FUNDS[county][0][0],
            month=month,
            today=self.today,
            unbilled=self.unbilled(account, last_day(month)),
        )
        (event,) = statement.DECIDER.decide(command, state)
        assert isinstance(event, statement.StatementDrawn)
        self.statements[county, hospital] = statement.DECIDER.evolve(state, event)
        self.billed[account] += event.journals
        self.on_statement[event.statement.statement_id] = event.journals
        self.drawn.append((county, hospital, event.statement.statement_id))

    def review(self, which: int, fen: int, of_bill: bool) -> None:
        of = self._drawn(which)
        bills = [name.removesuffix("-reversal") for name in self.on_statement[of[2]]]
        off = (Deduction("REFUSED", fen, bills[-1] if of_bill and bills else None),) if fen else ()
        asked = ReviewStatement(statement_id=of[2], by="agency-1", deductions=off, bills=frozenset(bills))
        (event,) = statement.DECIDER.decide(asked, self.statements[of[:2]])
        command = Deduct(
            statement=event.statement,
            amount_fen=fen,
            available_fen=self.books.left(of[0]),
            booked_on=max(self.today, self._first(of[0])),
            settlement_id=off[0].settlement_id if off else None,
        )
        self.books.book(command.stream_id.removeprefix("journal/"), deduction.DECIDER, command)
        self._on_statement(of, asked)

    def pay(self, which: int) -> None:
        of = self._drawn(which)
        one = self.statements[of[:2]].by_id[of[2]]
        account, name = payable(of[1], of[0]), f"Z{self.number}"
        command = PayOut(
            journal_id=name,
            transfer=Transfer(account, one.payable_fen, self.today),
            owed_fen=-self.books.sums[account],
            bank_fen=self.books.sums[accounts.bank(of[0], one.fund)],
            moment=self._moment(of[0]),
            kind=STATEMENT_PAYMENT,
        )
        paid = statement.PayStatement(statement_id=of[2], by="fin-1", payment_id=name, paid_on=self.today)
        statement.DECIDER.decide(paid, self.statements[of[:2]])
        self.books.book(name, payments.DECIDER, command)
        self._on_statement(of, paid)

    def give_back(self, which: int) -> None:
        of = self._drawn(which)
        one = self.statements[of[:2]].by_id[of[2]]
        self._on_statement(of, statement.ReturnStatement(statement_id=of[2]))
        back = ReturnMoney(
            journal_id=one.payment_id or "",
            reason="BANK_RETURNED",
            available_fen={},
            bank_fen=self.books.sums[accounts.bank(of[0], one.fund)],
            today=max(self.today, self._first(of[0])),
            kinds=frozenset({STATEMENT_PAYMENT}),
        )
        self.books.book(one.payment_id or "", payments.DECIDER, back)

    def unbilled(self, account: str, end: date) -> tuple[Unbilled, ...]:
        return self.books.unbilled(account, end, self.billed[account])

    def _on_statement(self, of: tuple[str, str, str], command: Any) -> None:
        state = self.statements[of[:2]]
        self.statements[of[:2]] = statement.DECIDER.fold(statement.DECIDER.decide(command, state), state)

    def _drawn(self, which: int) -> tuple[str, str, str]:
        if not self.drawn:
            raise Refused("STATEMENT_UNKNOWN", "there is no statement yet")
        return self.drawn[-1 - which % min(len(self.drawn), 4)]


def payable(hospital: str, county: str) -> str:
    """On which account the county's first fund owes a hospital."""
    return accounts.payable_to_hospital(hospital, county, FUNDS[county][0][0])


def play(happened: Iterable[tuple[Any, ...]]) -> Year:
    """A year of these happenings, closed and cleared."""
    year = Year()
    for happening in happened:
        year.do(happening)
    year.finish()
    return year
