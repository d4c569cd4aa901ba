"""What an outer payer adds lessens the patient's part everywhere but at Jieyang's bands; and order changes nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from law import Adjudication, Claim, Membership, Standing, adjudicate
from law.methods.given import Given
from law.packs import Policy, load_library
from law.standing import Enrolment

LIBRARY = load_library(Path(__file__).parent.parent.parent / "policies")
CONFIGURED = {"target_share_percent": "10"}
DAYS = {"jieyang": date(2019, 8, 1), "guangxi": date(2019, 8, 1)}
LAWS = {
    pack.file.region: Policy(pack, DAYS.get(pack.file.region, date(2018, 8, 1)), CONFIGURED) for pack in LIBRARY.packs
}
#: By region: the category that each document serves best.
CATEGORY = {"jieyang": "DIBAO"}
FEN_MAX = 20_000_000


def settle(
    region: str, total: int, compliant: int, given_fen: dict[str, int], balances: dict[str, int]
) -> Adjudication:
    law = LAWS[region]
    year = law.on.year
    claim = Claim(
        kind="inpatient",
        level="county",
        discharged_on=law.on,
        total_fen=total,
        compliant_fen=compliant,
        out_of_catalogue_fen=0,
        given_fen=given_fen,
    )
    standing = Standing(
        (Membership(category=CATEGORY.get(region, "REGISTERED_POOR"), valid_from=date(2010, 1, 1)),),
        (Enrolment("RESIDENT", year, date(year, 1, 1), date(year, 1, 1)),),
    )
    return adjudicate(claim, standing, balances, law)


def payers(region: str) -> list[str]:
    return [layer.payer for layer in LAWS[region].file.layers if isinstance(layer, Given)]


@st.composite
def bills(draw: st.DrawFn, region: str) -> dict[str, Any]:
    """A bill with room for one outer payer to give more."""
    total = draw(st.integers(2, FEN_MAX))
    compliant = draw(st.integers(1, total))
    basic = draw(st.integers(0, compliant - 1))
    given_fen = {"BMI": basic, "CII": draw(st.integers(0, compliant - basic - 1))}
    for payer in payers(region):
        given_fen.setdefault(payer, draw(st.integers(0, total)))
    names = LAWS[region].accumulators
    balances = {name: draw(st.sampled_from([0, 299_999, 300_000]) | st.integers(0, FEN_MAX)) for name in names}
    return {"total": total, "compliant": compliant, "given_fen": given_fen, "balances": balances}


@pytest.mark.parametrize("region", [region for region in LAWS if region != "jieyang"])
@given(st.data())
@settings(max_examples=150)
def test_a_payer_who_gives_more_never_makes_the_patient_pay_more(region: str, data: st.DataObject) -> None:
    bill = data.draw(bills(region))
    payer = data.draw(st.sampled_from(payers(region)))
    room = bill["compliant"] - bill["given_fen"]["BMI"] - bill["given_fen"]["CII"]
    more = data.draw(st.integers(1, room if payer in ("BMI", "CII") else FEN_MAX))
    richer = bill | {"given_fen": bill["given_fen"] | {payer: bill["given_fen"][payer] + more}}
    assert settle(region, **richer).patient_pays_fen <= settle(region, **bill).patient_pays_fen


def band(fen: int) -> int:
    """In which of Jieyang's bands a cumulated amount lies (004 三(二)3)."""
    return sum(fen >= edge for edge in (1_000_000, 2_000_000, 5_000_000, 10_000_000))


@given(bills("jieyang"))
@settings(max_examples=300)
def test_in_jieyang_that_holds_as_long_as_the_year_stays_in_its_band(bill: dict[str, Any]) -> None:
    richer = bill | {"given_fen": bill["given_fen"] | {"BMI": bill["given_fen"]["BMI"] + 1}}
    poor, rich = settle("jieyang", **bill), settle("jieyang", **richer)
    assert rich.after_fen["own_after_aid"] <= poor.after_fen["own_after_aid"]
    if band(rich.after_fen["own_after_aid"]) == band(poor.after_fen["own_after_aid"]):
        assert rich.patient_pays_fen - rich.payout_fen <= poor.patient_pays_fen - poor.payout_fen


def test_in_jieyang_a_fen_more_of_basic_insurance_may_cost_the_patient_5000_yuan() -> None:
    """A fact of the document: one fen below a band's edge there is no relief, however the cost was lessened."""

    def pays(basic_fen: int) -> int:
        return settle(
            "jieyang", 1_100_000, 100_000, {"BMI": basic_fen, "CII": 0}, {"aid_in": 6_000_000}
        ).patient_pays_fen

    assert (pays(100_000), pays(99_999)) == (500_000, 500_001)
    balances = {"aid_in": 6_000_000}
    edge = settle("jieyang", 1_000_000, 100_000, {"BMI": 0, "CII": 0}, balances).patient_pays_fen
    below = settle("jieyang", 1_000_000, 100_000, {"BMI": 1, "CII": 0}, balances).patient_pays_fen
    assert (edge, below) == (500_000, 999_999)


@pytest.mark.parametrize("region", LAWS)
@given(st.data())
@settings(max_examples=80)
def test_the_same_bill_comes_to_the_same_in_whatever_order_its_parts_are_written(
    region: str, data: st.DataObject
) -> None:
    bill = data.draw(bills(region))
    turned: dict[str, Any] = {
        name: dict(reversed(part.items())) if isinstance(part, dict) else part for name, part in bill.items()
    }
    assert settle(region, **turned) == settle(region, **bill)


@given(st.lists(st.integers(1, 3_000_000), min_size=2, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=150)
@pytest.mark.parametrize(("region", "payer"), [("huining", "MA"), ("jieyang", "MASEC")])
def test_what_a_year_gives_does_not_depend_on_the_order_of_its_bills(
    region: str, payer: str, totals: list[int], chance: Any
) -> None:
    # Jieyang's bills are all out of policy here, so that only the bands decide.
    def year(order: list[int]) -> tuple[int, dict[str, int]]:
        balances: dict[str, int] = {}
        paid = 0
        for total in order:
            compliant = 0 if region == "jieyang" else total
            result = settle(region, total, compliant, dict.fromkeys(payers(region), 0), balances)
            balances = result.after_fen
            paid += sum(layer.amount_fen + layer.payout_fen for layer in result.layers if layer.payer == payer)
        return paid, balances

    mixed = totals.copy()
    chance.shuffle(mixed)
    assert year(mixed) == year(totals)
