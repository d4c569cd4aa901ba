"""Whatever is kept, paid, let go and runs out in whatever order: nothing is kept that is not there, or paid twice."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.reservations.domain import (
    DECIDER,
    Expire,
    Line,
    Part,
    PayParts,
    Reservation,
    Reserve,
    ReservedPaid,
    Void,
)
from kernel.values.refusals import Refused
from law.packs import load_library

CHART: Final = Charts(load_library(Path(__file__).parents[3] / "policies")).ever("445202")
FIRST: Final = date(2019, 8, 1)
_fund = st.sampled_from(["MA", "POVFUND"])
_line = st.tuples(_fund, st.integers(0, 6_000))
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.lists(_line, min_size=1, max_size=3), st.integers(-1, 20)),
        st.tuples(
            st.just("pay"),
            st.integers(0, 5),
            st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4_000)), min_size=1, max_size=3),
        ),
        st.tuples(st.just("void"), st.integers(0, 5)),
        st.tuples(st.just("expire"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.integers(1, 9)),
    ),
    max_size=30,
)
EXPECTED: Final = {
    "AMOUNT_NOT_POSITIVE",
    "BANK_SHORT",
    "RESERVATION_ENDED",
    "RESERVATION_EXCEEDED",
    "RESERVATION_LINE_UNKNOWN",
    "RESERVATION_NOT_OVER",
    "RESERVATION_RUN_OUT",
    "RESERVATION_TERM",
}


class Bank:
    """Two bank accounts with 100.00 each, and what is kept on them."""

    def __init__(self) -> None:
        self.today = FIRST
        self.has = Counter({accounts.bank("445202", fund): 10_000 for fund in ("MA", "POVFUND")})
        self.kept: list[Reservation] = []

    def free(self, bank: str) -> int:
        standing = [of for of in self.kept if of.status == "open" and of.expires_on >= self.today]
        return self.has[bank] - sum(of.kept_on(bank) for of in standing)

    def reserve(self, wanted: list[tuple[str, int]], days: int) -> None:
        lines = tuple(
            Line(number=n, account=accounts.payable_to_hospital("H1", "445202", fund), amount_fen=fen)
            for n, (fund, fen) in enumerate(wanted, start=1)
        )
        of = Reservation(
            reservation_id=f"R{len(self.kept)}",
            county="445202",
            about="RUN-1",
            lines=lines,
            expires_on=self.today + timedelta(days=days),
            reserved_on=self.today,
            reserved_by="finance-1",
        )
        command = Reserve(reservation=of, chart=CHART, free_fen={name: self.free(name) for name in self.has})
        self.kept.append(DECIDER.fold(DECIDER.decide(command, None), None) or of)

    def pay(self, which: int, wanted: list[tuple[int, int]]) -> None:
        parts = tuple(Part(number=n, amount_fen=fen, journal_id=f"J{n}") for n, fen in wanted)
        (event,) = self._decide(which, PayParts, parts=parts)
        assert isinstance(event, ReservedPaid)
        for part in parts:
            self.has[event.reservation.lines[part.number - 1].bank] -= part.amount_fen

    def void(self, which: int) -> None:
        self._decide(which, Void, reason="NOT_NEEDED")

    def expire(self, which: int) -> None:
        self._decide(which, Expire)

    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    def _decide(self, which: int, kind: Any, **more: Any) -> Any:
        if not self.kept:
            raise Refused("RESERVATION_ENDED", "there is none")
        place = which % len(self.kept)
        of = self.kept[place]
        events = DECIDER.decide(kind(reservation_id=of.reservation_id, by="finance-2", on=self.today, **more), of)
        after = DECIDER.fold(events, of)
        assert after is not None
        self.kept[place] = after
        return events


@settings(max_examples=60)
@given(happenings)
def test_nothing_is_kept_that_is_not_there_and_no_line_is_paid_beyond_itself(happened: list[tuple[Any, ...]]) -> None:
    bank, seen = Bank(), set[str]()
    for name, *arguments in happened:
        before = bank.today, bank.has.copy(), list(bank.kept)
        try:
            getattr(bank, name)(*arguments)
        except Refused as refused:
            seen.add(refused.code)
            assert (bank.today, bank.has, bank.kept) == before, "what is refused changes nothing"
        assert all(bank.free(account) >= 0 for account in bank.has)
        for of in bank.kept:
            assert all(0 <= line.paid_fen <= line.amount_fen for line in of.lines)
            assert (of.status == "paid") == all(line.left_fen == 0 for line in of.lines)
    assert seen <= EXPECTED
    paid = sum(line.paid_fen for of in bank.kept for line in of.lines)
    assert sum(bank.has.values()) + paid == 20_000
