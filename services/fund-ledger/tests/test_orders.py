"""Orders for money decided: worked out from documents and books, agreed to in steps, met by receipts."""

from datetime import date
from typing import Any, Final

import msgspec
import pytest

from fund_ledger.config import Config
from fund_ledger.funds.domain.order import (
    DECIDER,
    AgreeToOrder,
    Came,
    FundingAgreed,
    FundingMet,
    FundingOrdered,
    LetGo,
    MeetOrder,
    Order,
)
from fund_ledger.funds.domain.terms import Books, Kind, Terms, Wanted, terms
from kernel.testing.specification import given
from kernel.values.refusals import Refused

NONE: Final = Books(0, 0)
TODAY: Final = date(2020, 1, 12)
QUOTA: Final = Order(
    order_id="445202-MA-QUOTA-2020",
    county="445202",
    fund="MA",
    kind="QUOTA",
    year=2020,
    month=None,
    status="computed",
    amount_fen=1_000,
    received_fen=0,
    due_on=date(2020, 1, 15),
    clause="004 四(二)",
    figures={},
    ordered_on=date(2020, 1, 4),
    signed_by=("agency-1",),
)


def changed(**fields: Any) -> Order:
    return msgspec.structs.replace(QUOTA, **fields)


CAME: Final = date(2020, 1, 9)
ISSUED: Final = FundingOrdered(changed(status="issued"))


def meet(
    amount_fen: int, free_fen: int = 10_000, where: dict[str, str] | None = None, latest: Came | None = None
) -> MeetOrder:
    place = {"county": "445202", "fund": "MA", "source": "PREPAYMENT"} | (where or {})
    return MeetOrder(
        order_id=QUOTA.order_id,
        journal_id="R1",
        free_fen=free_fen,
        amount_fen=amount_fen,
        value_on=CAME,
        latest=latest,
        **place,
    )


def agree(by: str, *, finance: bool = False) -> AgreeToOrder:
    return AgreeToOrder(QUOTA.order_id, by, finance, TODAY)


def by_law(config: Config, county: str, kind: Kind, fund: str, books: Books = NONE, **figures: int) -> Terms:
    year = figures.pop("year", 2019)
    policy = config.library.in_force(county, date(year, 12, 28))
    return terms(Wanted(county=county, fund=fund, kind=kind, year=year, **figures), policy.file, books)


def test_a_reserve_is_the_larger_of_two_months_and_15_percent(config: Config) -> None:
    found = by_law(config, "430181", "RESERVE", "CII", annual_fund_fen=360_000_000, monthly_forecast_fen=28_000_000)
    assert (found.amount_fen, found.figures["share"], found.figures["months"]) == (56_000_000, 54_000_000, 56_000_000)
    assert found.clause.startswith("001 二(三)")


def test_a_monthly_prepayment_is_due_by_the_15th_of_the_month_before(config: Config) -> None:
    found = by_law(config, "430181", "MONTHLY", "MA", year=2019, month=1, amount_fen=900)
    assert (found.amount_fen, found.due_on) == (900, date(2018, 12, 15))
    with pytest.raises(Refused, match="ORDER_FIGURES"):
        by_law(config, "430181", "MONTHLY", "MA", amount_fen=900)


@pytest.mark.parametrize(
    ("last_year_fen", "carried_fen", "due_fen"), [(4_002, 0, 1_001), (4_000, 300, 700), (4_000, 1_200, 0), (0, 0, 0)]
)
def test_a_quota_is_a_quarter_of_last_year_less_what_was_carried(
    config: Config, last_year_fen: int, carried_fen: int, due_fen: int
) -> None:
    found = by_law(config, "445202", "QUOTA", "MA", Books(last_year_fen, carried_fen), year=2020)
    assert (found.amount_fen, found.due_on) == (due_fen, date(2020, 1, 15))


def test_appropriations_come_from_the_document_and_what_is_given_once_is_ordered_once(config: Config) -> None:
    backstop = by_law(config, "451028", "APPROPRIATION", "GOV_BACKSTOP")
    rescue = by_law(config, "451028", "APPROPRIATION", "MAJOR_RESCUE")
    claims = by_law(config, "451028", "APPROPRIATION", "CII_REVOLVING")
    assert [one.amount_fen for one in (backstop, rescue, claims)] == [500_000_000, 300_000_000, 80_000_000]
    assert [one.once for one in (backstop, rescue, claims)] == [False, True, True]


def test_the_aid_fund_gets_a_fifth_of_the_lottery_money_and_a_plan_by_the_end_of_january(config: Config) -> None:
    assert by_law(config, "445202", "LOTTERY", "MA", retained_fen=1_003).amount_fen == 201
    assert by_law(config, "445202", "PLAN", "MA", amount_fen=5).due_on == date(2019, 1, 31)


@pytest.mark.parametrize(("county", "kind", "fund"), [("445202", "RESERVE", "MA"), ("430181", "QUOTA", "MA")])
def test_what_no_document_orders_is_refused(config: Config, county: str, kind: Kind, fund: str) -> None:
    with pytest.raises(Refused, match="ORDER_WITHOUT_RULE"):
        by_law(config, county, kind, fund)


def test_a_quota_is_agreed_to_by_the_bureau_then_by_finance_each_another_person() -> None:
    past = [FundingOrdered(QUOTA)]
    bureau, finance = agree("bureau-1"), agree("finance-1", finance=True)
    given(DECIDER, past).when(finance).then_refused("STEP_OF_ANOTHER")
    given(DECIDER, past).when(agree("agency-1")).then_refused("SAME_PERSON")
    given(DECIDER, past).when(meet(1)).then_refused("ORDER_NOT_IN_STATE")
    agreed = FundingAgreed(changed(status="agreed", signed_by=("agency-1", "bureau-1")))
    given(DECIDER, past).when(bureau).then(agreed)
    given(DECIDER, [*past, agreed]).when(agree("bureau-2")).then_refused("STEP_OF_ANOTHER")
    issued = FundingAgreed(changed(status="issued", signed_by=("agency-1", "bureau-1", "finance-1")))
    given(DECIDER, [*past, agreed]).when(finance).then(issued)
    given(DECIDER, [*past, agreed, issued]).when(finance).then_refused("ORDER_NOT_IN_STATE")


def test_receipts_meet_an_order_in_parts_and_never_with_more_than_there_is() -> None:
    part = FundingMet(changed(status="issued", received_fen=400), "R1", 400, CAME)
    given(DECIDER, [ISSUED]).when(meet(400)).then(part)
    given(DECIDER, [ISSUED, part]).when(meet(601)).then_refused("ORDER_EXCEEDED")
    given(DECIDER, [ISSUED, part]).when(meet(600, free_fen=599)).then_refused("RECEIPT_EXHAUSTED")
    met = FundingMet(changed(status="met", received_fen=1_000, met_on=CAME, met_by="R1"), "R1", 600, CAME)
    given(DECIDER, [ISSUED, part]).when(meet(600)).then(met)
    given(DECIDER, [ISSUED, part, met]).when(meet(1)).then_refused("ORDER_NOT_IN_STATE")


@pytest.mark.parametrize(
    ("latest", "met_on", "met_by"),
    [(Came(date(2020, 1, 8), "R0"), CAME, "R1"), (Came(date(2020, 1, 10), "R0"), date(2020, 1, 10), "R0")],
)
def test_an_order_is_met_on_the_day_of_the_last_money_whichever_receipt_was_matched_last(
    latest: Came, met_on: date, met_by: str
) -> None:
    part = FundingMet(changed(status="issued", received_fen=400), "R0", 400, latest.on)
    (met,) = given(DECIDER, [ISSUED, part]).when(meet(600, latest=latest)).events
    assert (met.order.met_on, met.order.met_by) == (met_on, met_by)


def test_an_order_of_nothing_is_met_on_the_day_on_which_it_is_issued_by_no_receipt() -> None:
    agreed = FundingAgreed(changed(status="agreed", amount_fen=0, signed_by=("agency-1", "bureau-1")))
    (issued,) = given(DECIDER, [FundingOrdered(QUOTA), agreed]).when(agree("finance-1", finance=True)).events
    assert (issued.order.status, issued.order.met_on, issued.order.met_by) == ("met", TODAY, None)


@pytest.mark.parametrize("where", [{"county": "445222"}, {"fund": "POVFUND"}, {"source": "BUDGET"}])
def test_money_of_another_county_fund_or_source_meets_nothing(where: dict[str, str]) -> None:
    given(DECIDER, [ISSUED]).when(meet(400, where=where)).then_refused("MATCH_MISPLACED")


@pytest.mark.parametrize(
    ("county", "fund", "clause"), [("620422", "PROV", "002 三(一)"), ("445202", "MA", "004 七(一)")]
)
def test_what_the_last_fund_of_a_cascade_lacks_is_asked_of_who_stands_behind_it(
    config: Config, county: str, fund: str, clause: str
) -> None:
    lacking = Books(0, 0, lacking_fen=12_345)
    found = by_law(config, county, "MAKE_UP", fund, lacking, month=8)
    assert (found.amount_fen, found.figures) == (12_345, {"lacking": 12_345})
    assert found.clause.startswith(clause)
    for refused, books, month, code in (
        (fund, NONE, 8, "ORDER_FIGURES"),
        (fund, lacking, None, "ORDER_FIGURES"),
        ("BMI", lacking, 8, "ORDER_WITHOUT_RULE"),
    ):
        with pytest.raises(Refused, match=code):
            by_law(config, county, "MAKE_UP", refused, books, **({"month": month} if month else {}))


def test_a_receipt_that_is_let_go_is_missing_again() -> None:
    met = FundingMet(changed(status="met", received_fen=1_000, met_on=CAME, met_by="R1"), "R1", 1_000, CAME)
    again = FundingMet(changed(status="issued", received_fen=0), "R1", -1_000, CAME)
    given(DECIDER, [ISSUED, met]).when(LetGo(QUOTA.order_id, "R1", 1_000, CAME)).then(again)
    given(DECIDER, [ISSUED]).when(LetGo(QUOTA.order_id, "R1", 0, CAME)).then_refused("NOT_MATCHED")
    given(DECIDER).when(LetGo("X", "R1", 1, CAME)).then_refused("ORDER_UNKNOWN")
