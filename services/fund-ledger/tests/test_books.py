"""Whatever happens in whatever order: every journal balances, and taking all of it back leaves nothing behind."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.commands import BookSettlement, JournalCommand, ReverseSettlement
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalEvent, JournalReversed
from fund_ledger.journals.domain.journal import DECIDER, JournalState, after
from fund_ledger.journals.rows import balances, journals, payer_totals
from fund_ledger.payments.domain import money as payments
from fund_ledger.payments.domain.money import MoneyCommand, ReceiveMoney
from fund_ledger.payments.domain.moved import Moment, Receipt
from fund_ledger.rows import READ_MODEL
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import collapse
from law.packs import load_library

DAY: Final = date(2019, 8, 1)
CHARTS: Final = Charts(load_library(Path(__file__).parents[3] / "policies"))
WATCHED: Final = tuple(f"fund/{county}/{code}" for county in ("445202", "445222") for code in ("MA", "POVFUND"))

amounts = st.one_of(st.just(0), st.integers(1, 5_000_000))
bill_parts = st.tuples(
    amounts, amounts, st.sampled_from([("MA",), ("POVFUND", "MA")]), amounts, amounts, st.sampled_from(["H1", "H2"])
)
settled_bills = st.tuples(st.sampled_from(["445202", "445222"]), bill_parts)
receipts = st.tuples(st.sampled_from(["445202", "445222"]), st.sampled_from(["MA", "POVFUND"]), st.integers(1, 10**7))
#: A bill, money that comes in, or the number of the bill to take back (perhaps again, perhaps none).
happenings = st.lists(st.one_of(settled_bills, receipts, st.integers(0, 8)), max_size=25)


class Books:
    """The ledger in memory, as the consumer keeps it: streams, and what the watched funds have left."""

    def __init__(self) -> None:
        self.events: list[JournalEvent] = []
        self.left = dict.fromkeys(WATCHED, 0)
        self.states: dict[str, JournalState] = {}

    def happen(self, stream: str, command: JournalCommand | MoneyCommand) -> Sequence[JournalEvent]:
        state = self.states.get(stream, DECIDER.initial)
        if isinstance(command, MoneyCommand):
            events = tuple(payments.DECIDER.decide(command, state))
        else:
            events = tuple(DECIDER.decide(command, state))
        self.states[stream] = DECIDER.fold(events, state)
        self.left = after(self.left, events)
        self.events += events
        return events


def _bill(number: int, county: str, parts: Any) -> SettledBill:
    basic, aid, funding, second, payout, hospital = parts
    paid = (PayerPart("BMI", basic), PayerPart("MA", aid, funding), PayerPart("MASEC", second, ("MA",), payout))
    return SettledBill(settlement_id=f"S{number}", county=county, hospital_id=hospital, person_id="P1", parts=paid)


def _play(day: Iterable[Any]) -> tuple[Books, list[str]]:
    books = Books()
    settled_ids: list[str] = []
    for number, happening in enumerate(day):
        match happening:
            case int():
                if happening < len(settled_ids):
                    which = settled_ids[happening]
                    books.happen(which, ReverseSettlement("录入错误", books.left, DAY))
            case (str(county), (int(), *_) as parts):
                settled_ids.append(f"S{number}")
                bill = _bill(number, county, parts)
                books.happen(bill.settlement_id, BookSettlement(bill, books.left, DAY))
            case (county, fund, amount):
                receipt = Receipt(county=county, fund=fund, amount_fen=amount, source="BUDGET", value_on=DAY)
                books.happen(
                    f"R{number}",
                    ReceiveMoney(f"R{number}", receipt, Moment(DAY, date.min), books.left, CHARTS.on(county, DAY)),
                )
            case _:
                raise AssertionError(f"{happening} is none of the things that happen")
    return books, settled_ids


def _rows(events: Iterable[JournalEvent]) -> dict[str, list[tuple[Any, ...]]]:
    recorded = (
        RecordedEvent(
            stream_id="journal/x",
            version=i,
            event_id=UUID(int=i),
            occurred_at=datetime(2019, 8, 1, tzinfo=UTC),
            event=event,
        )
        for i, event in enumerate(events)
    )
    return {table.name: rows for table, rows in collapse(c for r in recorded for c in READ_MODEL.project(r)).items()}


def _journals(events: Iterable[JournalEvent]) -> list[JournalBooked | JournalReversed]:
    return [event for event in events if isinstance(event, JournalBooked | JournalReversed)]


@given(happenings)
def test_every_journal_balances_and_so_do_each_countys_funds(day: list[Any]) -> None:
    books, _ = _play(day)
    for journal in _journals(books.events):
        assert sum(posting.amount_fen for posting in journal.postings) == 0
    by_fund: dict[tuple[str, ...], int] = {}
    for account, debit, credit, _ in _rows(books.events).get(balances.name, []):
        county_and_fund = tuple(account.split("/")[-2:])
        by_fund[county_and_fund] = by_fund.get(county_and_fund, 0) + debit - credit
    assert set(by_fund.values()) <= {0}


@given(happenings)
def test_the_balances_are_the_sum_of_the_postings(day: list[Any]) -> None:
    books, _ = _play(day)
    sums: dict[str, int] = {}
    for journal in _journals(books.events):
        for posting in journal.postings:
            sums[posting.account] = sums.get(posting.account, 0) + posting.amount_fen
    rows = _rows(books.events)
    assert {account: debit - credit for account, debit, credit, _ in rows.get(balances.name, [])} == sums
    assert books.left == {account: -sums.get(account, 0) for account in WATCHED}
    assert len(rows.get(journals.name, [])) == len(_journals(books.events))


@given(st.lists(settled_bills, max_size=12), st.lists(receipts, max_size=6), st.randoms(use_true_random=False))
def test_revoking_everything_in_any_order_returns_to_before(settled: list[Any], money: list[Any], chance: Any) -> None:
    books, ids = _play([*money, *settled])
    before, _ = _play(money)
    chance.shuffle(ids)
    for settlement_id in ids:
        for _ in range(2):  # a message told twice takes back once
            command = ReverseSettlement("录入错误", books.left, DAY)
            books.happen(settlement_id, command)
    assert books.left == before.left
    rows = _rows(books.events)
    standing = {account: debit - credit for account, debit, credit, _ in rows.get(balances.name, []) if debit != credit}
    assert standing == {account: d - c for account, d, c, _ in _rows(before.events).get(balances.name, [])}
    for *_, to_hospitals, to_persons in rows.get(payer_totals.name, []):
        assert (to_hospitals, to_persons) == (0, 0)


@given(happenings)
def test_alarms_of_a_fund_take_turns_and_tell_the_truth(day: list[Any]) -> None:
    books, _ = _play(day)
    left, in_debt = dict.fromkeys(WATCHED, 0), set[str]()
    for event in books.events:
        left = after(left, (event,))
        match event:
            case FundOverdrawn():
                assert event.account not in in_debt
                assert event.balance_fen == left[event.account] < 0
                in_debt.add(event.account)
            case FundRestored():
                assert event.account in in_debt
                assert event.balance_fen == left[event.account] >= 0
                in_debt.remove(event.account)
            case _:
                pass
    assert in_debt == {account for account, fen in books.left.items() if fen < 0}
