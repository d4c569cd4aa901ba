"""The better of two rules: Leye 2018 beside Guangxi 2019 (AMB-D6)."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kernel.values.refusals import Refused
from law import Adjudication, Claim, Membership, Standing, most_favourable
from law.packs import Policy, load_library, reread
from law.standing import Enrolment
from settlement.encounters.domain.entitlement import Arrival, best_terms
from settlement.institutions.domain import Institution

POLICIES = Path(__file__).parent.parent.parent.parent / "policies"
DAY = date(2019, 8, 10)
POOR = Standing(
    (Membership(category="REGISTERED_POOR", valid_from=date(2018, 1, 1), poverty_status="NOT_LIFTED"),),
    (Enrolment("RESIDENT", 2019, date(2019, 1, 1), date(2019, 1, 1)),),
)
BILL = Claim(
    kind="inpatient",
    discharged_on=DAY,
    place="out_county",
    level="city",
    total_fen=3_000_000,
    compliant_fen=3_000_000,
    out_of_catalogue_fen=0,
    given_fen={"BMI": 1_950_000, "CII": 0, "MA": 0, "BMI2": 0, "HPI": 0},
)
NOTHING = {"BMI": 0, "CII": 0, "MA": 0, "BMI2": 0, "HPI": 0}


@pytest.fixture(scope="module")
def rules() -> tuple[Policy, ...]:
    return load_library(POLICIES).newest("451028", DAY)


def settle(
    rules: tuple[Policy, ...], balances: dict[str, int] | None = None, **changes: Any
) -> tuple[str, Adjudication]:
    policy, result = most_favourable(msgspec.structs.replace(BILL, **changes), POOR, balances or {}, rules)
    return policy.file.region, result


def test_both_documents_are_in_force_in_leye_the_county_s_first(rules: tuple[Policy, ...]) -> None:
    assert [policy.file.region for policy in rules] == ["leye", "guangxi"]


def test_the_region_s_ten_percent_is_better_out_of_the_county(rules: tuple[Policy, ...]) -> None:
    region, result = settle(rules)
    # Leye: min(10 500, 20 % = 6 000) up to 5 000 a year; Guangxi: 10 % of 30 000.
    assert (region, result.patient_pays_fen) == ("guangxi", 300_000)


def test_what_was_paid_under_the_region_s_rule_counts_in_the_county_s_yearly_cap(rules: tuple[Policy, ...]) -> None:
    _, first = settle(rules)
    assert (first.before_fen["own_paid"], first.after_fen["own_paid"]) == (0, 300_000)
    region, second = settle(rules, first.after_fen)
    # Leye: 5 000 less the 3 000 that were paid; Guangxi: 3 000 again.
    assert (region, second.patient_pays_fen) == ("leye", 200_000)
    assert second.after_fen["own_paid"] == 500_000
    assert settle(rules, second.after_fen)[1].patient_pays_fen == 0


def test_who_was_lifted_long_ago_keeps_the_county_s_rule_unless_the_county_reads_two_years(
    rules: tuple[Policy, ...],
) -> None:
    # Guangxi's two years are over, the bulletin of Leye names no status (AMB-X9); so the better rule is Leye's (D6).
    lifted = Membership(
        category="REGISTERED_POOR",
        valid_from=date(2015, 1, 1),
        poverty_status="LIFTED",
        exit_date=date(2016, 1, 1),
    )
    standing = msgspec.structs.replace(POOR, memberships=(lifted,))
    policy, result = most_favourable(BILL, standing, {}, rules)
    assert (policy.file.region, result.patient_pays_fen) == ("leye", 500_000)
    pack = next(pack for pack in load_library(POLICIES).packs if pack.file.region == "leye")
    narrow = (Policy(reread(pack, {"X9": "two_years"}), DAY), *rules[1:])
    assert most_favourable(BILL, standing, {}, narrow)[1].patient_pays_fen == 1_050_000


def test_the_county_wins_a_tie(rules: tuple[Policy, ...]) -> None:
    region, result = settle(rules, place="in_county", level="county", total_fen=2_000_000, compliant_fen=2_000_000,
                            given_fen=NOTHING | {"BMI": 1_400_000})  # fmt: skip
    assert (region, result.patient_pays_fen) == ("leye", 200_000)


def test_the_county_s_tenth_for_chronic_visits_is_better_than_the_region_s_fifth(rules: tuple[Policy, ...]) -> None:
    visit: dict[str, Any] = {
        "kind": "chronic_outpatient",
        "place": "in_county",
        "total_fen": 60_000,
        "compliant_fen": 60_000,
    }
    region, result = settle(rules, given_fen=NOTHING | {"BMI": 36_000}, **visit)
    assert (region, result.patient_pays_fen) == ("leye", 6_000)


@pytest.mark.parametrize(("payer", "region"), [("BMI2", "guangxi"), ("HPI", "leye")])
def test_a_bill_goes_to_the_document_that_knows_its_payers(rules: tuple[Policy, ...], payer: str, region: str) -> None:
    assert settle(rules, given_fen=NOTHING | {"BMI": 1_950_000, payer: 100})[0] == region


def test_a_payer_that_neither_knows_is_refused(rules: tuple[Policy, ...]) -> None:
    with pytest.raises(Refused, match="THB"):
        settle(rules, given_fen=NOTHING | {"BMI": 1, "THB": 1})


def test_a_figure_that_the_region_lacks_is_not_compared_away(rules: tuple[Policy, ...]) -> None:
    with pytest.raises(Refused) as refused:
        settle(rules, out_of_catalogue_fen=None)
    assert refused.value.code == "CATALOGUE_COST_MISSING"


def test_a_payer_of_either_document_must_say_what_it_gives(rules: tuple[Policy, ...]) -> None:
    with pytest.raises(Refused, match="BMI2"):
        settle(rules, given_fen={"BMI": 1_950_000, "CII": 0, "MA": 0, "HPI": 0})


HOSPITAL = Institution(hospital_id="H1", name="示例", level="county", division="451028", contract_from=DAY)
DOOR = Arrival(kind="inpatient", place="in_county", on=DAY, institution=HOSPITAL)


def test_the_door_takes_the_document_that_asks_for_no_deposit(rules: tuple[Policy, ...]) -> None:
    terms = best_terms(POOR, rules, DOOR)
    assert not terms.deposit_required
    assert terms.clause is not None
    assert terms.clause.startswith("000")
    assert best_terms(Standing(), rules, DOOR).deposit_required
