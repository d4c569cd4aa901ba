"""Guangxi's edges (003): the two years after leaving poverty to the day, and who approves a special case."""

from datetime import date
from typing import Any

import msgspec
import pytest

from kernel.values.refusals import Refused
from law.certificate import Certificate, certificate_for
from law.standing import years_after

DAY = date(2019, 7, 10)
TENTH, ALL = 100_000, 1_000_000


@pytest.fixture(scope="module")
def desk(desk_of: Any) -> Any:
    return desk_of("450200")


def pays(desk: Any, *held: Any, on: date = DAY, **facts: Any) -> int:
    """What a patient pays of 10 000 yuan of which the insurances pay nothing."""
    fen: int = desk.settle(held, on, ALL, **facts).patient_pays_fen
    return fen


@pytest.mark.parametrize("status", ["NOT_LIFTED", "RETURNED"])
def test_who_is_in_poverty_pays_a_tenth_without_any_date(desk: Any, status: str) -> None:
    assert pays(desk, desk.member("REGISTERED_POOR", poverty_status=status)) == TENTH


@pytest.mark.parametrize(
    ("exit_date", "share_fen"),
    [(date(2017, 7, 1), ALL), (date(2017, 7, 2), TENTH), (date(2017, 7, 3), TENTH), (date(2019, 7, 9), TENTH)],
)
def test_two_years_after_leaving_poverty_the_last_day_counts_by_the_day_of_admission(
    desk: Any, exit_date: date, share_fen: int
) -> None:
    # Admitted on 2 July, discharged on the 10th: what happens after admission no longer matters (AMB-D3).
    lifted = desk.member("REGISTERED_POOR", poverty_status="LIFTED", exit_date=exit_date)
    assert pays(desk, lifted, admitted_on=date(2019, 7, 2)) == share_fen


def test_a_status_that_changes_in_the_stay_costs_the_patient_nothing(desk: Any) -> None:
    before = desk.member("REGISTERED_POOR", date(2019, 7, 4), poverty_status="NOT_LIFTED")
    after = {"poverty_status": "LIFTED", "exit_date": date(2019, 7, 5)}
    lifted = msgspec.structs.replace(desk.member("REGISTERED_POOR", **after), valid_from=date(2019, 7, 5))
    assert pays(desk, before, lifted, admitted_on=date(2019, 7, 2)) == TENTH
    assert pays(desk, before, admitted_on=date(2019, 7, 4)) == TENTH
    assert pays(desk, before, admitted_on=date(2019, 7, 5)) == ALL


def test_leaving_poverty_on_an_unknown_day_is_refused_and_not_guessed(desk: Any) -> None:
    with pytest.raises(Refused) as refused:
        pays(desk, desk.member("REGISTERED_POOR", poverty_status="LIFTED"))
    assert refused.value.code == "EXIT_DATE_MISSING"


def test_an_exit_date_without_a_status_is_refused_and_not_read_as_not_lifted(desk: Any) -> None:
    with pytest.raises(Refused) as refused:
        pays(desk, desk.member("REGISTERED_POOR", exit_date=date(2018, 12, 31)))
    assert refused.value.code == "POVERTY_STATUS_MISSING"


def test_who_was_struck_off_the_register_pays_all(desk: Any) -> None:
    assert pays(desk, desk.member("REGISTERED_POOR", poverty_status="REMOVED")) == ALL


def test_a_leap_day_ends_on_the_28th() -> None:
    assert years_after(date(2016, 2, 29), 2) == date(2018, 2, 28)
    assert years_after(date(2016, 2, 29), 4) == date(2020, 2, 29)


CERTIFIED = Certificate("c1", "GX01", "H2", date(2019, 7, 1))


@pytest.mark.parametrize(("kind", "share_fen"), [("inpatient", TENTH), ("chronic_outpatient", 2 * TENTH)])
def test_visits_are_capped_at_a_fifth_and_stays_at_a_tenth(desk: Any, kind: str, share_fen: int) -> None:
    poor = desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")
    assert pays(desk, poor, kind=kind, certificate=CERTIFIED) == share_fen


def test_a_chronic_visit_without_a_certification_has_no_backstop(desk: Any) -> None:
    poor = desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")
    result = desk.settle([poor], DAY, ALL, kind="chronic_outpatient")
    assert result.patient_pays_fen == ALL
    backstop = result.layers[-1]
    assert (backstop.flags, backstop.clause) == (("NOT_CERTIFIED",), "003 三(八)-(九)")
    assert pays(desk, poor) == TENTH, "a stay needs none"


def test_money_that_rests_on_a_certification_is_marked(desk: Any) -> None:
    poor = desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")
    given = {"BMI": 300_000}
    result = desk.settle([poor], DAY, ALL, kind="chronic_outpatient", certificate=CERTIFIED, given_fen=given)
    marked = {layer.payer: layer.amount_fen for layer in result.layers if "CERTIFIED" in layer.flags}
    assert marked == {"BMI": 300_000, "BACKSTOP": 500_000}


def test_a_visit_rests_on_a_certification_that_holds_on_its_day() -> None:
    later = msgspec.structs.replace(CERTIFIED, certification_id="c2", disease="GX02", effective_from=date(2019, 7, 5))
    ended = msgspec.structs.replace(CERTIFIED, cancelled_from=date(2019, 8, 1))
    known = (later, ended)
    assert certificate_for(known, None, date(2019, 6, 30)) is None
    assert certificate_for(known, None, date(2019, 7, 1)) == ended
    assert certificate_for(known, "GX02", date(2019, 7, 5)) == later
    assert certificate_for(known, "GX02", date(2019, 7, 4)) is None
    assert certificate_for(known, "GX01", date(2019, 7, 31)) == ended
    assert certificate_for(known, "GX01", date(2019, 8, 1)) is None


@pytest.mark.parametrize(
    ("approved_by", "hospital_fen"),
    [
        ((), 50_000),
        (("health",), 50_000),
        (("medical_security",), 50_000),
        (("health", "civil_affairs"), 50_000),
        (("health", "medical_security"), 0),
    ],
)
def test_only_both_departments_together_take_the_excess_from_the_hospital(
    desk: Any, approved_by: tuple[str, ...], hospital_fen: int
) -> None:
    poor = desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")
    costs = {"compliant_fen": 850_000, "out_of_catalogue_fen": 150_000}
    result = desk.settle([poor], DAY, ALL, **costs, exception_approved_by=approved_by)
    expected = {"HOSP": hospital_fen, "BACKSTOP": 900_000 - hospital_fen}
    assert {payer: desk.layers(result)[payer] for payer in expected} == expected
    assert result.patient_pays_fen == TENTH


@pytest.mark.parametrize(("out_fen", "hospital_fen"), [(99_999, 0), (100_000, 0), (100_001, 1)])
def test_a_catalogue_share_of_exactly_90_percent_is_enough(desk: Any, out_fen: int, hospital_fen: int) -> None:
    poor = desk.member("REGISTERED_POOR", poverty_status="NOT_LIFTED")
    result = desk.settle([poor], DAY, ALL, compliant_fen=ALL - out_fen, out_of_catalogue_fen=out_fen)
    assert desk.layers(result)["HOSP"] == hospital_fen
