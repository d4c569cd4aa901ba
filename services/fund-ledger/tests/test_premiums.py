"""Premiums of the poor: finance pays them out of the county's funds, the poverty fund first (004 七(一), AMB-E12)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import httpx
import msgspec
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from contracts.identity import CONTRACT, EntitlementChanged, PremiumsPaid
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.journals.domain.events import FundOverdrawn, JournalBooked, Posting
from fund_ledger.journals.domain.journal import DECIDER, after
from kernel.testing.deadline import eventually
from kernel.testing.specification import given
from kernel.testing.surroundings import Surroundings

DAY: Final = date(2019, 7, 30)
MA, POVFUND = "fund/445201/MA", "fund/445201/POVFUND"
BOOK: Final = BookPremiums(
    journal_id="premiums-b1",
    county="445201",
    funds=("POVFUND", "MA"),
    total_fen=66_000,
    available_fen={MA: 100_000, POVFUND: 20_000},
    booked_on=DAY,
)
BOOKED: Final = JournalBooked(
    journal_id="premiums-b1",
    kind="premiums",
    booked_on=DAY,
    postings=(
        Posting(POVFUND, 20_000, "PREMIUM"),
        Posting("bank/445201/POVFUND", -20_000, "PREMIUM"),
        Posting(MA, 46_000, "PREMIUM"),
        Posting("bank/445201/MA", -46_000, "PREMIUM"),
    ),
)
PAID: Final = PremiumsPaid(
    batch_id="b1",
    county="445201",
    area="445200",
    year=2019,
    funds=("POVFUND", "MA"),
    persons=3,
    total_fen=66_000,
    paid_on=DAY,
)


def test_the_poverty_fund_pays_as_far_as_it_reaches_and_the_aid_fund_the_rest() -> None:
    given(DECIDER).when(BOOK).then(BOOKED)


def test_a_batch_is_booked_once() -> None:
    given(DECIDER, [BOOKED]).when(BOOK).then_nothing()


def test_an_empty_aid_fund_goes_into_debt_and_tells() -> None:
    empty = BookPremiums(
        journal_id="premiums-b1", county="445201", funds=("MA",), total_fen=100, available_fen={MA: 40}, booked_on=DAY
    )
    events = given(DECIDER).when(empty).events
    assert events[1] == FundOverdrawn(MA, -60, "premiums-b1")


def paid_by_fund(batches: Iterable[tuple[tuple[str, ...], int]], available: Mapping[str, int]) -> dict[str, int]:
    """What each fund pays for batches of funds and fen, each booked on what the one before left."""
    paid: dict[str, int] = {}
    for funds, total_fen in batches:
        batch = msgspec.structs.replace(BOOK, funds=funds, total_fen=total_fen, available_fen=available)
        events = given(DECIDER).when(batch).events
        available = after(available, events)
        for posting in (p for event in events if isinstance(event, JournalBooked) for p in event.postings):
            if posting.account.startswith("fund/"):
                paid[posting.account] = paid.get(posting.account, 0) + posting.amount_fen
    return paid


@pytest.mark.parametrize(
    ("poverty_fund_fen", "by_fund"),
    [
        (0, {MA: 5_000}),
        (1, {POVFUND: 1, MA: 4_999}),
        (3_000, {POVFUND: 3_000, MA: 2_000}),
        (9_000, {POVFUND: 3_000, MA: 2_000}),
    ],
)
def test_premiums_of_the_registered_poor_come_from_the_poverty_fund_first(
    poverty_fund_fen: int, by_fund: dict[str, int]
) -> None:
    available = {POVFUND: poverty_fund_fen, MA: 100_000}
    assert paid_by_fund([(("POVFUND", "MA"), 3_000), (("MA",), 2_000)], available) == by_fund
    assert available == {POVFUND: poverty_fund_fen, MA: 100_000}, "what was available is not changed in place"


@for_any(
    st.lists(st.tuples(st.sampled_from([("MA",), ("POVFUND", "MA")]), st.integers(0, 10**9)), max_size=4),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)
def test_every_premium_is_paid_once_and_no_fund_but_the_last_is_overdrawn(
    batches: list[tuple[tuple[str, ...], int]], poverty_fund_fen: int, aid_fen: int
) -> None:
    paid = paid_by_fund(batches, {POVFUND: poverty_fund_fen, MA: aid_fen})
    assert sum(paid.values()) == sum(total_fen for _, total_fen in batches)
    assert 0 <= paid.get(POVFUND, 0) <= poverty_fund_fen


async def test_paid_premiums_reach_the_books_once_and_other_news_do_not(
    around: Surroundings, finance: httpx.AsyncClient
) -> None:
    receipt = {"county": "445201", "fund": "POVFUND", "source": "POVERTY_FUND_TRANSFER", "value_on": "2019-07-01"}
    received = await finance.post("/v1/fund-receipts", json={**receipt, "amount": "200.00"})
    assert received.status_code == 201, received.text
    await around.tell(
        CONTRACT, "p1", EntitlementChanged(person_id="p1", revision=1, change="REGISTERED", county="445201")
    )
    for _ in range(2):
        await around.tell(CONTRACT, "b1", PAID)

    async def standing() -> dict[str, Any]:
        rows = (await finance.get("/v1/trial-balance?county=445201")).json()["funds"]
        return {row["fund"]: (row["available"], row["bank"]) for row in rows}

    async def booked() -> bool:
        return len(await standing()) == 2

    await eventually(booked)
    assert await standing() == {"POVFUND": ("0.00", "0.00"), "MA": ("-460.00", "-460.00")}
    journal = (await finance.get("/v1/journals/premiums-b1")).json()
    assert (journal["kind"], journal["booked_on"]) == ("premiums", "2019-07-30")
