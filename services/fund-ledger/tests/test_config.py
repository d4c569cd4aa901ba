"""The ledger's settings: the law, and what a place says beside it."""

from pathlib import Path

import pytest

from fund_ledger.config import MORE_FUNDS_SETTING, PAID_ELSEWHERE_SETTING, POLICIES_SETTING, config_from
from fund_ledger.main import charts_of

POLICIES = {POLICIES_SETTING: str(Path(__file__).parents[3] / "policies")}
JIEYANG, HUNAN = "445202", "430181"


def test_the_packs_say_who_holds_the_money_unless_an_installation_says_otherwise() -> None:
    config = config_from(POLICIES)
    assert config.paid_elsewhere is None
    charts = charts_of(config)
    held = {county: [f.code for f in charts.ever(county).funds.values() if f.held_here] for county in (JIEYANG, HUNAN)}
    assert held == {JIEYANG: ["MA", "POVFUND"], HUNAN: ["CII", "THB", "MA", "FISCAL", "HRED"]}


@pytest.mark.parametrize(("text", "codes"), [("CII", {"CII"}), (" BMI , HPI,", {"BMI", "HPI"}), ("", set())])
def test_a_county_names_its_own(text: str, codes: set[str]) -> None:
    config = config_from({**POLICIES, PAID_ELSEWHERE_SETTING: text})
    assert set(config.paid_elsewhere or ()) == codes
    funds = charts_of(config).ever(JIEYANG).funds
    assert {code for code, fund in funds.items() if not fund.held_here} == codes & funds.keys()


def test_a_place_has_funds_that_no_document_names_only_if_it_says_so() -> None:
    config = config_from({**POLICIES, MORE_FUNDS_SETTING: "CARE , MA"})
    assert config.more_funds == {"CARE", "MA"}
    funds = charts_of(config).ever(JIEYANG).funds
    assert funds["CARE"].purposes == ("CARE",)
    assert funds["MA"].purposes == ("MA", "MASEC", "PREMIUM")
