"""Jieyang's edges (004): every yearly limit, categories that change, days of removal and enrolment, excluded cost."""

from datetime import date
from typing import Any

import pytest

from law.standing import Enrolment

DAY, ADMITTED = date(2019, 8, 20), date(2019, 8, 10)
CAPS = [
    ("inpatient", "TEKUN", None, 8_000_000),
    ("inpatient", "ORPHAN", None, 8_000_000),
    ("inpatient", "DIBAO", None, 6_000_000),
    ("inpatient", "REGISTERED_POOR", None, 5_000_000),
    ("inpatient", "LOW_INCOME", "MINOR", 5_000_000),
    ("inpatient", "OTHER_SPECIAL", None, 5_000_000),
    ("outpatient", "TEKUN", None, 3_000_000),
    ("outpatient", "ORPHAN", None, 3_000_000),
    ("outpatient", "DIBAO", None, 2_000_000),
]


@pytest.fixture(scope="module")
def desk(desk_of: Any) -> Any:
    return desk_of("445202")


def aid(desk: Any, *held: Any, balances: dict[str, int] | None = None, **facts: Any) -> int:
    """What aid pays of a bill of 10 000 yuan that the insurances pay nothing of."""
    facts = {"admitted_on": ADMITTED} | facts
    result = desk.settle(held, DAY, 1_000_000, balances, **facts)
    fen: int = desk.layers(result)["MA"]
    return fen


@pytest.mark.parametrize(("kind", "category", "group", "cap_fen"), CAPS)
@pytest.mark.parametrize(("left_fen", "aid_fen"), [(2_000_000, None), (100_001, 100_001), (1, 1), (0, 0), (-1, 0)])
def test_aid_ends_to_the_fen_at_the_yearly_limit_of_each_category(
    desk: Any, kind: str, category: str, group: str | None, cap_fen: int, left_fen: int, aid_fen: int | None
) -> None:
    counter = "aid_in" if kind == "inpatient" else "aid_out"
    other = "aid_out" if kind == "inpatient" else "aid_in"
    balances = {counter: cap_fen - left_fen, other: 9_000_000}
    full = 1_000_000 if category in ("TEKUN", "ORPHAN") else 800_000
    found = aid(desk, desk.member(category, group=group), balances=balances, kind=kind)
    assert found == (full if aid_fen is None else aid_fen)


@pytest.mark.parametrize(("category", "group"), [("REGISTERED_POOR", None), ("LOW_INCOME", "MINOR")])
def test_visits_of_groups_that_are_not_listed_are_not_aided_and_feed_no_relief(
    desk: Any, category: str, group: str | None
) -> None:
    result = desk.settle([desk.member(category, group=group)], DAY, 1_000_000, kind="outpatient")
    assert (desk.layers(result)["MA"], desk.layers(result)["MASEC"]) == (0, 0)
    assert set(result.after_fen.values()) == {0}


def test_a_category_that_changes_in_the_year_keeps_the_persons_counter(desk: Any) -> None:
    used = {"aid_in": 5_500_000}
    assert aid(desk, desk.member("REGISTERED_POOR"), balances=used) == 0
    assert aid(desk, desk.member("DIBAO"), balances=used) == 500_000
    assert aid(desk, desk.member("TEKUN"), balances=used) == 1_000_000


def test_the_best_category_of_the_stay_counts(desk: Any) -> None:
    was_tekun = desk.member("TEKUN", ADMITTED)
    assert aid(desk, was_tekun, desk.member("REGISTERED_POOR")) == 1_000_000
    assert aid(desk, desk.member("TEKUN", date(2019, 8, 9)), desk.member("REGISTERED_POOR")) == 800_000


@pytest.mark.parametrize(
    ("last_day", "aid_fen"),
    [(date(2019, 8, 9), 0), (ADMITTED, 800_000), (date(2019, 8, 15), 800_000), (DAY, 800_000)],
)
def test_whoever_was_on_the_list_on_any_day_of_the_stay_is_aided_at_discharge(
    desk: Any, last_day: date, aid_fen: int
) -> None:
    # The last day of a membership is also the day of death where somebody dies in hospital.
    assert aid(desk, desk.member("REGISTERED_POOR", last_day)) == aid_fen


@pytest.mark.parametrize(
    ("registered_on", "marked_on", "aid_fen"),
    [
        (date(2019, 8, 1), date(2019, 8, 2), 800_000),
        (date(2019, 8, 1), date(2019, 8, 15), 800_000),
        (date(2019, 8, 20), date(2019, 8, 1), 800_000),
        (date(2019, 8, 1), date(2019, 8, 21), 0),
        (date(2019, 8, 1), None, 0),
        (None, date(2019, 8, 1), 0),
    ],
)
def test_the_whole_stay_is_aided_if_both_steps_of_enrolment_are_done_by_its_discharge(
    desk: Any, registered_on: date | None, marked_on: date | None, aid_fen: int
) -> None:
    enrolled = (Enrolment("RESIDENT", 2019, registered_on, marked_on),)
    assert aid(desk, desk.member("DIBAO"), enrolments=enrolled) == aid_fen


@pytest.mark.parametrize(
    "enrolments",
    [
        (),
        (Enrolment("EMPLOYEE", 2019, date(2019, 1, 1), date(2019, 1, 1)),),
        (Enrolment("RESIDENT", 2018, date(2018, 1, 1), date(2018, 1, 1)),),
    ],
)
def test_who_is_not_in_the_residents_insurance_of_the_year_is_not_served(desk: Any, enrolments: Any) -> None:
    result = desk.settle([desk.member("TEKUN")], DAY, 1_000_000, enrolments=enrolments)
    assert (result.category, desk.layers(result)["MA"]) == (None, 0)


@pytest.mark.parametrize("group", ["ELDERLY", "MINOR", "SEVERE_DISABLED", "CRITICALLY_ILL"])
def test_a_low_income_family_is_served_in_its_four_groups_only(desk: Any, group: str) -> None:
    assert aid(desk, desk.member("LOW_INCOME", group=group)) == 800_000
    assert aid(desk, desk.member("LOW_INCOME", group="HEALTHY")) == 0


def test_an_excluded_part_of_a_bill_is_not_aided_and_counts_nowhere(desk: Any) -> None:
    whole = desk.settle([desk.member("DIBAO")], DAY, 1_000_000)
    excluded = {"excluded_fen": 500_000, "excluded_compliant_fen": 500_000}
    part = desk.settle([desk.member("DIBAO")], DAY, 1_500_000, compliant_fen=1_500_000, **excluded)
    assert (
        part.after_fen == whole.after_fen == {"aid_in": 800_000, "aid_out": 0, "own_after_aid": 200_000, "sec_paid": 0}
    )
    assert part.patient_pays_fen == whole.patient_pays_fen + 500_000


@pytest.mark.parametrize("cause", ["own_illegal_act", "self_harm", "traffic_accident_third_party", "other_excluded"])
def test_an_excluded_cause_feeds_no_counter_of_the_year(desk: Any, cause: str) -> None:
    before = {"aid_in": 100, "aid_out": 200, "own_after_aid": 300, "sec_paid": 0}
    result = desk.settle([desk.member("DIBAO")], DAY, 2_000_000, before, cause=cause)
    assert (result.after_fen, result.patient_pays_fen) == (before, 2_000_000)


def test_the_pack_cites_the_documents_that_it_rests_on(desk: Any) -> None:
    notes = desk.policy(DAY).file.document.notes
    for number in ("揭民〔2017〕114号", "粤医保发〔2018〕5号", "粤民发〔2016〕184号", "粤财社〔2015〕26号"):
        assert number in notes
