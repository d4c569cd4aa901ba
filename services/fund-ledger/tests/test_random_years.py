"""Random years of orders, bills, revocations, receipts, statements, payments and closes, decided by the live deciders.

Whatever happens in whatever order: every account is explained by entries and every fen owed to a hospital by a
statement or by what is on none yet; no journal is on two statements; no fund pays for another's purpose; no bank
account falls below zero; no receipt meets orders with more than it is; what a closed month and year said stays true,
and the counties add up to the whole.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given, settings
from tests.years.money import COUNTIES
from tests.years.year import HAPPENINGS, OF_YEAR, Year, payable, play

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.refused_payment import DEDUCTION
from fund_ledger.months.domain import FundAtClose, last_day
from fund_ledger.periods.domain.clearing import CLEARING

#: What each fund may pay by its document, written out by hand: 004 四(一) and 七(一); 001 二(三).
JIEYANG: Final = {"BMI": {"BMI"}, "CII": {"CII"}, "MA": {"MA", "MASEC"}, "POVFUND": {"MA"}}
HUNAN: Final = {"BMI": {"BMI"}, "CII": {"CII"}, "THB": {"THB"}, "MA": {"MA"}, "FISCAL": {"FISCAL"}}
PURPOSES: Final = {"445202": JIEYANG, "445222": JIEYANG, "430481": HUNAN}


@settings(max_examples=40)
@given(HAPPENINGS)
def test_every_fen_has_an_owner_a_purpose_and_a_period(happened: list[tuple[Any, ...]]) -> None:
    _check(play(happened))


@pytest.mark.long
@settings(max_examples=500)
@given(HAPPENINGS)
def test_five_hundred_years_of_it(happened: list[tuple[Any, ...]]) -> None:
    _check(play(happened))


def _check(year: Year) -> None:
    _check_entries(year)
    _check_purposes(year)
    _check_statements(year)
    _check_bills(year)
    _check_orders(year)
    _check_periods(year)
    _check_whole(year)


def _check_entries(year: Year) -> None:
    by_fund: dict[tuple[str, str], int] = defaultdict(int)
    for entry in year.books.entries:
        account = accounts.parse(entry.account)
        by_fund[account.county, account.fund] += entry.fen
    assert set(by_fund.values()) <= {0}
    assert all(fen >= 0 for name, fen in year.books.sums.items() if name.startswith("bank/"))


def _check_purposes(year: Year) -> None:
    """Each entry that charges a fund for a layer, whatever let it be booked; basic insurance has no account here."""
    for entry in year.books.entries:
        account = accounts.parse(entry.account)
        if account.kind == accounts.FUND and entry.payer is not None:
            assert entry.payer in PURPOSES[account.county].get(account.fund, set()), entry
        assert account.kind != accounts.BANK or account.fund != "BMI", entry


def _check_statements(year: Year) -> None:
    for (place, hospital), state in year.statements.items():
        account = payable(hospital, place)
        assert len(year.billed[account]) == len(set(year.billed[account]))
        open_ones = [one for one in state.by_id.values() if one.status in ("drawn", "reviewed", "returned")]
        waiting = sum(one.due_fen if one.status == "drawn" else one.payable_fen for one in open_ones)
        unbilled = sum(one.owed_fen for one in year.unbilled(account, date.max))
        assert -year.books.sums[account] == waiting + state.carried_fen + unbilled
    drawn = [(of[:2], journal) for of in year.drawn for journal in year.on_statement[of[2]]]
    assert len(drawn) == len(set(drawn))


def _check_bills(year: Year) -> None:
    """A revoked bill costs a hospital nothing, whatever was taken off for it, and no bill more than it came to."""
    bills = {name for name, _ in year.bills}
    of_bill: dict[tuple[str, str], int] = defaultdict(int)
    for entry in year.books.entries:
        bill = entry.journal_id.removesuffix("-reversal").rpartition("-deduction-")[2]
        if entry.kind in ("settlement", "reversal", DEDUCTION) and bill in bills:
            of_bill[bill, entry.account] += entry.fen
    assert {fen for (bill, _), fen in of_bill.items() if year.revoked(bill)} <= {0}
    assert all(fen <= 0 for (_, account), fen in of_bill.items() if account.startswith("payable/hospital/"))


def _check_orders(year: Year) -> None:
    for name, order in year.orders.items():
        met = sum(fen for (of, _), fen in year.matches.items() if of == name)
        assert order.received_fen == met
        assert 0 <= met <= order.amount_fen
        assert (order.status == "met") == (met == order.amount_fen and order.status in ("issued", "met"))
    for name, receipt in year.receipts.items():
        assert 0 <= year.matched(name) <= (0 if name in year.returned else receipt.amount_fen)


def _check_periods(year: Year) -> None:
    """A closed month, and a closed year, say for ever what they said when they were closed."""
    assert {event.county for event in year.year_closings} == set(COUNTIES)
    assert len(year.year_closings) == len(COUNTIES)
    for event in year.closed:
        assert event.funds == year.books.standing(event.county, last_day(event.month))
    for closed in year.year_closings:
        assert closed.carried == year.books.standing(closed.county, date(OF_YEAR, 12, 31))
        assert closed.cleared == year.cleared(closed.county)
        for account in closed.cleared:
            _check_residue(year, closed.county, account.account, account.fund)


def _check_residue(year: Year, county: str, account: str, fund: str) -> None:
    """Once its clearing was paid, an account has got as much as it had to bear: nothing of the year is left."""
    if (OF_YEAR, account) in year.years[county].settled:
        paid = [e for e in year.books.entries if e.kind == CLEARING and e.source == f"{OF_YEAR}-{account}"]
        back = sum(e.fen for e in paid if e.account == accounts.fund(county, fund))
        (cleared,) = [one for one in year.cleared(county) if one.account == account]
        assert cleared.paid_in_fen - back == cleared.settled_fen


def _check_whole(year: Year) -> None:
    """What the closed years carry and clear, county by county, is what all books together come to."""
    whole = {one.fund: one for one in year.books.standing("", date(OF_YEAR, 12, 31))}
    carried = _added(fund for event in year.year_closings for fund in event.carried)
    assert carried == {fund: _figures(one) for fund, one in whole.items()}
    for bank, available, owed, receivable in carried.values():
        assert bank + receivable == available + owed
    for area, account in (("4452", "MA/PLAN"), ("43", "CII"), ("43", "FISCAL")):
        of_area = [event for event in year.year_closings if event.county.startswith(area)]
        parts = [one for event in of_area for one in event.cleared if one.account == account]
        (together,) = [one for one in year.cleared(of_area[0].county, area) if one.account == account]
        assert sum(one.paid_in_fen for one in parts) == together.paid_in_fen
        assert sum(one.settled_fen for one in parts) == together.settled_fen
        assert sum(one.refund_fen - one.top_up_fen for one in parts) == together.refund_fen - together.top_up_fen


def _added(funds: Iterable[FundAtClose]) -> dict[str, tuple[int, ...]]:
    sums: dict[str, tuple[int, ...]] = {}
    for one in funds:
        before = sums.get(one.fund, (0, 0, 0, 0))
        sums[one.fund] = tuple(a + b for a, b in zip(before, _figures(one), strict=True))
    return sums


def _figures(one: FundAtClose) -> tuple[int, ...]:
    return one.bank_fen, one.available_fen, one.owed_fen, one.receivable_fen
