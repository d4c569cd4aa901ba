"""Random years of bills, revocations, receipts, statements, payments and closes, decided by the live deciders.

Whatever happens in whatever order: every account is explained by entries and every fen owed to a hospital by a
statement or by what is on none yet; no journal is on two statements; no bank account falls below zero; and what a
closed month said stays true.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain import journal as journals
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.commands import BookSettlement, ReverseSettlement, in_open_month
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed
from fund_ledger.journals.domain.journal import JournalState, Unbooked
from fund_ledger.journals.domain.purposes import check_purposes
from fund_ledger.journals.domain.refused_payment import DEDUCTION
from fund_ledger.months import domain as months
from fund_ledger.months.domain import CloseMonth, FundAtClose, MonthClosed, Months, after, first_open, last_day
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import PayOut, ReceiveMoney
from fund_ledger.payments.domain.moved import STATEMENT_PAYMENT, Moment, Receipt, Transfer
from fund_ledger.payments.domain.returns import ReturnMoney
from fund_ledger.statements.domain import deduction, statement
from fund_ledger.statements.domain.deduction import Deduct
from fund_ledger.statements.domain.statement import Deduction, DrawStatement, ReviewStatement, Statements, Unbilled
from kernel.values.refusals import Refused
from law.packs import load_library

CHARTS: Final = Charts(load_library(Path(__file__).parents[3] / "policies"))
COUNTIES: Final = ("445202", "445222")
_NOT_BILLED: Final = {"payment", STATEMENT_PAYMENT, "return", DEDUCTION}

county = st.sampled_from(COUNTIES)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), county, st.sampled_from(["H1", "H2"]), st.integers(1, 300_000)),
        st.tuples(st.just("revoke"), st.integers(0, 9)),
        st.tuples(st.just("receive"), county, st.integers(300_000, 900_000)),
        st.tuples(st.just("close"), county),
        st.tuples(st.just("draw"), county, st.sampled_from(["H1", "H2"])),
        st.tuples(st.just("review"), st.integers(0, 9), st.sampled_from([0, 0, 5_000, 100_000]), st.booleans()),
        st.tuples(st.just("pay"), st.integers(0, 9)),
        st.tuples(st.just("give_back"), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(10, 40)),
    ),
    min_size=40,
    max_size=80,
)


class Year:
    """The books in memory, as commands and consumer keep them."""

    def __init__(self) -> None:
        self.today = date(2019, 1, 10)
        self.streams: dict[str, JournalState] = defaultdict(Unbooked)
        self.entries: list[tuple[str, str, date, str, int]] = []
        self.months: dict[str, Months] = defaultdict(Months)
        self.closed: list[MonthClosed] = []
        self.statements: dict[tuple[str, str], Statements] = defaultdict(Statements)
        self.billed: dict[str, list[str]] = defaultdict(list)
        self.on_statement: dict[str, tuple[str, ...]] = {}
        self.bills: list[str] = []
        self.drawn: list[tuple[str, str, str]] = []
        self.number = 0

    def do(self, happening: tuple[Any, ...]) -> None:
        """Let one thing happen; what is refused leaves everything as it was."""
        self.number += 1
        before = len(self.entries)
        try:
            getattr(self, happening[0])(*happening[1:])
        except Refused:
            assert len(self.entries) == before

    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    def bill(self, county: str, hospital: str, fen: int) -> None:
        bill = SettledBill(
            settlement_id=f"S{self.number}",
            county=county,
            hospital_id=hospital,
            person_id="P1",
            parts=(PayerPart("MA", fen, ("POVFUND", "MA")), PayerPart("BMI", fen // 2)),
        )
        asked = in_open_month(BookSettlement(bill, self._left(county), self._late()), self._first(county))
        self._book(f"S{self.number}", journals.DECIDER, asked)
        self.bills.append(f"S{self.number}")

    def revoke(self, which: int) -> None:
        if self.bills:
            of = self.bills[-1 - which % len(self.bills)]
            where = accounts.parse(next(entry[1] for entry in self.entries if entry[0] == of)).county
            command = ReverseSettlement("录入错误", self._left(where), self.today)
            self._book(of, journals.DECIDER, in_open_month(command, self._first(where)))

    def receive(self, county: str, fen: int) -> None:
        receipt = Receipt(county=county, fund="MA", amount_fen=fen, source="BUDGET", value_on=self._late())
        asked = receipt, self._moment(county), self._left(county), CHARTS.ever(county)
        self._book(f"R{self.number}", payments.DECIDER, ReceiveMoney(f"R{self.number}", *asked))

    def close(self, county: str) -> None:
        state = self.months[county]
        month = after(state.closed) if state.closed else date(2019, 1, 1)
        command = CloseMonth(
            county=county,
            month=month,
            today=self.today,
            obstacles=(),
            entries=len(self.entries),
            funds=self._standing(county, last_day(month)),
        )
        for event in months.DECIDER.decide(command, state):
            self.months[county] = months.DECIDER.evolve(state, event)
            self.closed.append(event)

    def draw(self, county: str, hospital: str) -> None:
        account, state = accounts.payable_to_hospital(hospital, county, "MA"), self.statements[county, hospital]
        month = after(state.last) if state.last else date(2019, 1, 1)
        command = DrawStatement(
            hospital_id=hospital,
            county=county,
            fund="MA",
            month=month,
            today=self.today,
            unbilled=self._unbilled(account, last_day(month)),
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
            available_fen=self._left(of[0]),
            booked_on=self.today,
            settlement_id=off[0].settlement_id if off else None,
        )
        self._book(command.stream_id.removeprefix("journal/"), deduction.DECIDER, command)
        self._on_statement(of, asked)

    def pay(self, which: int) -> None:
        of = self._drawn(which)
        one = self.statements[of[:2]].by_id[of[2]]
        account, bank = accounts.payable_to_hospital(of[1], of[0], "MA"), accounts.bank(of[0], "MA")
        command = PayOut(
            journal_id=f"Z{self.number}",
            transfer=Transfer(account, one.payable_fen, self.today),
            owed_fen=-self._sum(account),
            bank_fen=self._sum(bank),
            moment=self._moment(of[0]),
            kind=STATEMENT_PAYMENT,
        )
        paid = statement.PayStatement(statement_id=of[2], by="fin-1", payment_id=f"Z{self.number}", paid_on=self.today)
        statement.DECIDER.decide(paid, self.statements[of[:2]])
        self._book(f"Z{self.number}", payments.DECIDER, command)
        self._on_statement(of, paid)

    def give_back(self, which: int) -> None:
        of = self._drawn(which)
        payment_id = self.statements[of[:2]].by_id[of[2]].payment_id or ""
        self._on_statement(of, statement.ReturnStatement(statement_id=of[2]))
        back = ReturnMoney(
            journal_id=payment_id,
            reason="BANK_RETURNED",
            available_fen={},
            bank_fen=self._sum(accounts.bank(of[0], "MA")),
            today=self.today,
            kinds=frozenset({STATEMENT_PAYMENT}),
        )
        self._book(payment_id, payments.DECIDER, back)

    def _on_statement(self, of: tuple[str, str, str], command: Any) -> Any:
        state = self.statements[of[:2]]
        events = statement.DECIDER.decide(command, state)
        self.statements[of[:2]] = statement.DECIDER.fold(events, state)
        return events

    def _drawn(self, which: int) -> tuple[str, str, str]:
        if not self.drawn:
            raise Refused("STATEMENT_UNKNOWN", "there is no statement yet")
        return self.drawn[-1 - which % len(self.drawn)]

    def _book(self, stream: str, decider: Any, command: Any) -> None:
        events = decider.decide(command, self.streams[stream])
        check_purposes(events, CHARTS)
        self.streams[stream] = journals.DECIDER.fold(events, self.streams[stream])
        for event in events:
            if isinstance(event, JournalBooked | JournalReversed):
                name, kind = getattr(event, "reversal_id", event.journal_id), getattr(event, "kind", "reversal")
                self.entries += [(name, p.account, event.booked_on, kind, p.amount_fen) for p in event.postings]

    def _sum(self, account: str, up_to: date = date.max) -> int:
        return sum(fen for _, name, day, _, fen in self.entries if name == account and day <= up_to)

    def _left(self, county: str) -> dict[str, int]:
        return {name: -self._sum(name) for name in (accounts.fund(county, "MA"), accounts.fund(county, "POVFUND"))}

    def _standing(self, county: str, end: date) -> tuple[FundAtClose, ...]:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for _, name, day, _, fen in self.entries:
            account = accounts.parse(name)
            if account.county == county and day <= end and account.kind != accounts.MEMO:
                sums[account.fund, account.kind] += fen
        return tuple(
            FundAtClose(
                fund=fund,
                bank_fen=sums[fund, accounts.BANK],
                available_fen=-sums[fund, accounts.FUND],
                owed_fen=-sums[fund, accounts.PAYABLE],
                receivable_fen=sums[fund, accounts.RECEIVABLE],
            )
            for fund in sorted({fund for fund, _ in sums})
        )

    def _unbilled(self, account: str, end: date) -> tuple[Unbilled, ...]:
        owed: dict[str, int] = defaultdict(int)
        for journal, name, day, kind, fen in self.entries:
            if name == account and day <= end and kind not in _NOT_BILLED and journal not in self.billed[account]:
                owed[journal] -= fen
        return tuple(Unbilled(journal, fen) for journal, fen in owed.items())

    def _first(self, county: str) -> date:
        return first_open(self.months[county].closed)

    def _moment(self, county: str) -> Moment:
        return Moment(self.today, self._first(county))

    def _late(self) -> date:
        """The day of what happens: every third thing is told late."""
        return self.today - timedelta(days=25) if self.number % 3 == 0 else self.today


def _play(happened: Iterable[tuple[Any, ...]]) -> Year:
    year = Year()
    for happening in happened:
        year.do(happening)
    return year


@settings(max_examples=500)
@given(happenings)
def test_every_fen_has_an_owner_a_purpose_and_a_period(happened: list[tuple[Any, ...]]) -> None:
    year = _play(happened)
    by_fund: dict[tuple[str, str], int] = defaultdict(int)
    for _, name, _, _, fen in year.entries:
        account = accounts.parse(name)
        by_fund[account.county, account.fund] += fen
    assert set(by_fund.values()) <= {0}
    assert all(year._sum(accounts.bank(place, "MA")) >= 0 for place in COUNTIES)
    # A closed month says for ever what it said when it was closed.
    for event in year.closed:
        assert event.funds == year._standing(event.county, last_day(event.month))


@settings(max_examples=500)
@given(happenings)
def test_what_a_hospital_is_owed_is_on_one_statement_or_on_none_yet(happened: list[tuple[Any, ...]]) -> None:
    year = _play(happened)
    for (place, hospital), state in year.statements.items():
        account = accounts.payable_to_hospital(hospital, place, "MA")
        assert len(year.billed[account]) == len(set(year.billed[account]))
        open_ones = [one for one in state.by_id.values() if one.status in ("drawn", "reviewed", "returned")]
        waiting = sum(one.due_fen if one.status == "drawn" else one.payable_fen for one in open_ones)
        unbilled = sum(one.owed_fen for one in year._unbilled(account, date.max))
        assert -year._sum(account) == waiting + state.carried_fen + unbilled
    _check_bills(year)


def _check_bills(year: Year) -> None:
    """A revoked bill costs a hospital nothing, whatever was taken off for it, and no bill more than it came to."""
    taken_back = {name.removesuffix("-reversal") for name, _, _, kind, _ in year.entries if kind == "reversal"}
    of_bill: dict[tuple[str, str], int] = defaultdict(int)
    for name, account, _, kind, fen in year.entries:
        bill = name.removesuffix("-reversal").rpartition("-deduction-")[2]
        if kind in ("settlement", "reversal", DEDUCTION) and bill in year.bills:
            of_bill[bill, account] += fen
    assert {fen for (bill, _), fen in of_bill.items() if bill in taken_back} <= {0}
    assert all(fen <= 0 for (_, account), fen in of_bill.items() if account.startswith("payable/hospital/"))
