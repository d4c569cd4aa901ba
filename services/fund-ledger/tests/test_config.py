"""The ledger's settings: whose money is kept elsewhere."""

import pytest

from fund_ledger.config import PAID_ELSEWHERE_SETTING, Config, config_from


def test_basic_and_critical_illness_insurance_are_paid_elsewhere_unless_said_otherwise() -> None:
    assert config_from({}) == Config() == Config(frozenset({"BMI", "CII"}))


@pytest.mark.parametrize(("text", "codes"), [("CII", {"CII"}), (" BMI , HPI,", {"BMI", "HPI"}), ("", set())])
def test_a_county_names_its_own(text: str, codes: set[str]) -> None:
    assert config_from({PAID_ELSEWHERE_SETTING: text}).paid_elsewhere == codes
