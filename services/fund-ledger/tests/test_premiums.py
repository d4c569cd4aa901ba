"""Premiums of the poor: finance pays them out of the county's funds, the poverty fund first (004 七(一), AMB-E12)."""

from datetime import date
from typing import Any, Final

import httpx

from contracts.identity import CONTRACT, EntitlementChanged, PremiumsPaid
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.journals.domain.events import FundOverdrawn, JournalBooked, Posting
from fund_ledger.journals.domain.journal import DECIDER
from kernel.testing.deadline import eventually
from kernel.testing.specification import given
from kernel.testing.surroundings import Surroundings

DAY: Final = date(2019, 7, 30)
MA, POVFUND = "fund/445201/MA", "fund/445201/POVFUND"
BOOK: Final = BookPremiums("premiums-b1", "445201", ("POVFUND", "MA"), 66_000, {MA: 100_000, POVFUND: 20_000}, DAY)
BOOKED: Final = JournalBooked(
    "premiums-b1",
    "premiums",
    DAY,
    (
        Posting(POVFUND, 20_000, "PREMIUM"),
        Posting("bank/445201/POVFUND", -20_000, "PREMIUM"),
        Posting(MA, 46_000, "PREMIUM"),
        Posting("bank/445201/MA", -46_000, "PREMIUM"),
    ),
)
PAID: Final = PremiumsPaid("b1", "445201", "445200", 2019, ("POVFUND", "MA"), 3, 66_000, DAY)


def test_the_poverty_fund_pays_as_far_as_it_reaches_and_the_aid_fund_the_rest() -> None:
    given(DECIDER).when(BOOK).then(BOOKED)


def test_a_batch_is_booked_once() -> None:
    given(DECIDER, [BOOKED]).when(BOOK).then_nothing()


def test_an_empty_aid_fund_goes_into_debt_and_tells() -> None:
    empty = BookPremiums("premiums-b1", "445201", ("MA",), 100, {MA: 40}, DAY)
    events = given(DECIDER).when(empty).events
    assert events[1] == FundOverdrawn(MA, -60, "premiums-b1")


async def test_paid_premiums_reach_the_books_once_and_other_news_do_not(
    around: Surroundings, finance: httpx.AsyncClient
) -> None:
    receipt = {"county": "445201", "fund": "POVFUND", "source": "POVERTY_FUND_TRANSFER", "value_on": "2019-07-01"}
    received = await finance.post("/v1/fund-receipts", json={**receipt, "amount": "200.00"})
    assert received.status_code == 201, received.text
    await around.tell(CONTRACT, "p1", EntitlementChanged("p1", 1, "REGISTERED", "445201"))
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
