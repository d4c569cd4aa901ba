"""Readings of the law: every value that a county may choose makes the difference that the register says (AMB)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.policies.asked import (
    CONFIGURED,
    DAY,
    DAYS,
    PACKS,
    deposits,
    funds_of_aid,
    funds_of_relief,
    law,
    monthly,
    pays,
    pays_and_cash,
    pays_each,
    reserve,
    settled,
)

from law.certificate import Certificate
from law.packs import Policy, reread
from law.packs.population import Identification
from law.packs.readings import SWITCHABLE, ReadingError

OUT: dict[str, Any] = {"place": "out_county", "level": "city"}
EMERGENCY = OUT | {"admitted_on": date(2018, 8, 10), "emergency": True}
LIFTED = {"poverty_status": "LIFTED", "exit_date": date(2017, 8, 15)}
CERTIFICATE = Certificate("c1", "GX01", "H1", date(2019, 7, 1))
#: By ambiguity: the region, the question, and the answer under each reading. Amounts in fen.
EFFECTS: dict[str, tuple[str, Callable[[Policy], Any], dict[str, Any]]] = {
    "L1": (
        "leye",
        pays("REGISTERED_POOR", 2_000_000, {"own_paid": 300_000}, given={"BMI": 1_000_000}, **OUT),
        {"single": 200_000, "per_level": 400_000},
    ),
    "L4": (
        "leye",
        pays("REGISTERED_POOR", 1_000_000, given={"BMI": 750_000}, **OUT),
        {"parity80": 200_000, "ninety": 100_000, "annual_cap_only": 250_000},
    ),
    "L5": (
        "leye",
        pays("REGISTERED_POOR", 10_000_000, place="out_county", level="county"),
        {"place": 500_000, "level": 300_000},
    ),
    "L7": (
        "leye",
        lambda policy: {advance.shortfall for advance in policy.file.advances},
        {"receivable": {"receivable"}, "write_off": {"write_off"}},
    ),
    "H1": (
        "hunan",
        pays("DIBAO", 1_000_000, given={"BMI": 500_000, "THB": 100_000, "MA": 50_000}, **OUT),
        {"withhold_thb_ma_hred_fiscal": 500_000, "withhold_hred_fiscal": 350_000},
    ),
    "H2": ("hunan", reserve, {value: value for value in SWITCHABLE["H2"]}),
    "H3": (
        "huining",
        monthly,
        {
            "inclusive_no_shift": ("inclusive", "no_shift"),
            "exclusive_no_shift": ("exclusive", "no_shift"),
            "inclusive_next_working_day": ("inclusive", "next_working_day"),
            "exclusive_next_working_day": ("exclusive", "next_working_day"),
        },
    ),
    "H5": (
        "hunan",
        pays_each(
            pays("DIBAO", 1_000_000, **EMERGENCY, referral_approved_on=date(2018, 8, 12)),
            pays("DIBAO", 1_000_000, **EMERGENCY),
        ),
        {
            "approval_on_or_before_admission": (1_000_000, 1_000_000),
            "emergency_filed_afterwards": (100_000, 1_000_000),
            "emergency_exempt": (100_000, 100_000),
        },
    ),
    "C1": (
        "huining",
        pays("GUARANTEED_HOUSEHOLD", 1_000_000),
        {"guaranteed_households_too": 300_000, "registered_poor_only": 1_000_000},
    ),
    "C4": (
        "huining",
        pays("REGISTERED_POOR", 1_000_000, kind="chronic_outpatient"),
        {"inpatient_only": 1_000_000, "with_chronic_outpatient": 300_000},
    ),
    "D1": (
        "guangxi",
        pays("REGISTERED_POOR", 1_000_000, compliant_fen=850_000, out_of_catalogue_fen=150_000),
        {"gross_total": 100_000, "total_less_hospital_part": 95_000},
    ),
    "D2": (
        "guangxi",
        lambda policy: (
            settled(
                policy,
                "REGISTERED_POOR",
                1_000_000,
                compliant_fen=850_000,
                out_of_catalogue_fen=150_000,
                exception_approved_by=("health",),
            )
            .layers[0]
            .amount_fen
        ),
        {"both_departments": 50_000, "either_department": 0},
    ),
    "D3": (
        "guangxi",
        pays_each(
            *(pays("REGISTERED_POOR", 1_000_000, person=LIFTED, admitted_on=date(2019, 8, day)) for day in (15, 16))
        ),
        {
            "two_years_inclusive_by_admission": (100_000, 1_000_000),
            "two_years_inclusive_by_discharge": (1_000_000, 1_000_000),
            "end_of_second_calendar_year": (100_000, 100_000),
        },
    ),
    "D4": (
        "guangxi",
        pays(
            "REGISTERED_POOR",
            100_000,
            person=LIFTED | {"exit_date": date(2016, 1, 1)},
            kind="chronic_outpatient",
            certificate=CERTIFICATE,
        ),
        {"same_as_inpatient": 100_000, "all_registered_poor": 20_000},
    ),
    "E1": (
        "jieyang",
        pays("DIBAO", 1_200_000, compliant_fen=0),
        {"all_self_borne": 700_000, "over_cap_only": 1_200_000},
    ),
    "E2": (
        "jieyang",
        pays("DIBAO", 600_000, {"own_after_aid": 600_000}, compliant_fen=0),
        {"annual_increment": 100_000, "per_stay": 600_000},
    ),
    "E3": ("jieyang", pays_and_cash, {"cash_payout": (0, 400_000), "limited_to_bill": (0, 0)}),
    "E4": ("jieyang", pays("DIBAO", 1_000_000, {"aid_out": 500_000}), {"separate": 200_000, "joint": 500_000}),
    "E5": (
        "jieyang",
        pays("REGISTERED_POOR", 1_000_000, kind="special_outpatient"),
        {"as_inpatient": 200_000, "as_outpatient": 1_000_000},
    ),
    "E6": (
        "jieyang",
        pays("REGISTERED_POOR", 1_000_000, kind="outpatient"),
        {"no_outpatient_aid": 1_000_000, "eighty_percent": 200_000},
    ),
    "E11": (
        "jieyang",
        lambda policy: policy.premium_funds("OTHER_SPECIAL"),
        {"other_not_included": None, "other_included": ("MA",)},
    ),
    "E12": ("jieyang", funds_of_aid, {"povfund_first": ("POVFUND", "MA"), "ma_only": ("MA",)}),
    "E12a": (
        "jieyang",
        lambda policy: policy.premium_funds("REGISTERED_POOR"),
        {"povfund_first": ("POVFUND", "MA"), "aid_fund_for_premiums": ("MA",)},
    ),
    "E12b": ("jieyang", funds_of_relief, {"aid_fund": ("MA",), "povfund_for_relief": ("POVFUND", "MA")}),
    "H6": (
        "hunan",
        lambda policy: [said.by for said in (policy.file.identification or Identification()).said_by],
        {"civil_affairs_feeds": ["civil-affairs"], "federation_feeds": ["disabled-persons"]},
    ),
    "H8": (
        "hunan",
        pays_each(*(pays("DIBAO", 1_000_000, kind=kind) for kind in ("inpatient", "outpatient"))),
        {"stays_only": (100_000, 1_000_000), "visits_too": (100_000, 100_000)},
    ),
    "D10": ("guangxi", deposits, {"no_deposit": (False, True, True), "deposit_may_be_asked": (True, True, True)}),
    "X9": (
        "huining",
        pays_each(
            *(
                pays("REGISTERED_POOR", 1_000_000, person={"poverty_status": "LIFTED", "exit_date": left})
                for left in (date(2016, 8, 20), date(2016, 8, 19))
            )
        ),
        {"lifted_included": (300_000, 300_000), "two_years": (300_000, 1_000_000)},
    ),
    "X10": (
        "jieyang",
        pays_each(
            pays("DIBAO", 1_000_000, designated_at_admission=True, designated=False),
            pays("DIBAO", 1_000_000, designated_at_admission=False, designated=True),
        ),
        {"admission_day": (200_000, 1_000_000), "discharge_day": (1_000_000, 200_000)},
    ),
    "X11": ("jieyang", pays("DIBAO", 1_000_000, area="430400"), {"pooling_area": 1_000_000, "anywhere": 200_000}),
}


def test_every_reading_that_can_be_chosen_is_shown_here_with_all_its_values() -> None:
    assert {ambiguity: tuple(answers) for ambiguity, (_, _, answers) in EFFECTS.items()} == dict(SWITCHABLE)


@pytest.mark.parametrize("ambiguity", EFFECTS)
def test_each_value_of_a_reading_comes_to_something_else(ambiguity: str) -> None:
    region, question, answers = EFFECTS[ambiguity]
    found = {value: question(law(region, ambiguity, value)) for value in answers}
    assert found == answers
    assert all(one != other for i, one in enumerate(found.values()) for other in list(found.values())[:i])


@pytest.mark.parametrize("ambiguity", EFFECTS)
def test_without_a_choice_the_reading_in_the_pack_is_in_force(ambiguity: str) -> None:
    region, question, answers = EFFECTS[ambiguity]
    own = next(reading.value for reading in PACKS[region].file.readings if reading.ambiguity == ambiguity)
    assert question(Policy(PACKS[region], DAYS.get(region, DAY), CONFIGURED)) == answers[own]
    assert own == SWITCHABLE[ambiguity][0], "the default stands first"


@pytest.mark.parametrize("region", PACKS)
def test_a_choice_and_back_is_the_pack_again(region: str) -> None:
    pack = PACKS[region]
    for reading in pack.file.readings:
        for value in SWITCHABLE.get(reading.ambiguity, ()):
            there = reread(pack, {reading.ambiguity: value})
            assert there.settings.readings == {reading.ambiguity: value}
            assert reread(there, {reading.ambiguity: reading.value}).file == pack.file


@pytest.mark.parametrize("region", PACKS)
def test_a_reading_that_has_no_switch_cannot_be_chosen(region: str) -> None:
    pack = PACKS[region]
    for reading in pack.file.readings:
        if reading.ambiguity not in SWITCHABLE:
            assert reread(pack, {reading.ambiguity: reading.value}).file == pack.file
            with pytest.raises(ReadingError, match="has one reading only"):
                reread(pack, {reading.ambiguity: "otherwise"})
