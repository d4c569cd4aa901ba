"""Admission's specification: who pays no deposit, by level of hospital and by major disease (002 三(二), R-HU-06)."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kernel.values.refusals import Refused
from law import Membership, Standing
from law.packs import Policy, load_library
from law.standing import Enrolment
from settlement.encounters.domain.entitlement import AdmissionTerms, Arrival, admission_terms, best_terms, check_disease
from settlement.institutions.domain import Institution, contract

POLICIES = Path(__file__).parent.parent.parent.parent / "policies"
DAY = date(2018, 9, 1)
INSURED = Enrolment("RESIDENT", 2018, date(2018, 1, 1), date(2018, 1, 1))
RESIDENT = Standing((), (INSURED,))
POOR = Standing(
    (Membership(category="REGISTERED_POOR", valid_from=date(2016, 1, 1), poverty_status="NOT_LIFTED"),), (INSURED,)
)
CLAUSE = "002 三(二) 县域内县乡两级医疗机构住院治疗; 50种重大疾病"
COUNTY = Institution(
    hospital_id="H1", name="示例县医院", level="county", division="620422", contract_from=date(2018, 1, 1)
)
CITY = Institution(
    hospital_id="H2", name="示例市医院", level="city", division="620402", contract_from=date(2018, 1, 1), majors=True
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_library(POLICIES).in_force("620422", DAY)


def terms(policy: Policy, standing: Standing, hospital: Institution, disease: str | None = None) -> AdmissionTerms:
    place = "in_county" if hospital is COUNTY or hospital.division == "620422" else "out_county"
    return admission_terms(
        standing, policy, Arrival(kind="inpatient", place=place, on=DAY, institution=hospital, disease=disease)
    )


@pytest.mark.parametrize(("level", "deposit"), [("township", False), ("county", False), ("city", True)])
def test_the_poor_pay_no_deposit_in_county_and_township_hospitals(policy: Policy, level: str, deposit: bool) -> None:
    hospital = msgspec.structs.replace(COUNTY, level=level)
    found = terms(policy, POOR, hospital)
    assert (found.deposit_required, found.clause) == (deposit, None if deposit else CLAUSE)


def test_any_insured_resident_with_a_major_disease_pays_none_at_a_designated_hospital(policy: Policy) -> None:
    found = terms(policy, RESIDENT, CITY, "MD07")
    assert (found.deposit_required, found.category, found.clause, found.major_disease) == (False, None, CLAUSE, True)


@pytest.mark.parametrize(
    ("standing", "hospital", "disease"),
    [
        (RESIDENT, CITY, None),
        (RESIDENT, COUNTY, "MD07"),
        (RESIDENT, msgspec.structs.replace(CITY, major_diseases=("MD01", "MD02")), "MD07"),
        (RESIDENT, msgspec.structs.replace(CITY, contract_to=date(2018, 8, 31)), "MD07"),
        (Standing(), CITY, "MD07"),
        (Standing((), (msgspec.structs.replace(INSURED, scheme="EMPLOYEE"),)), CITY, "MD07"),
        (Standing((), (msgspec.structs.replace(INSURED, registered_on=date(2018, 9, 2)),)), CITY, "MD07"),
    ],
)
def test_others_may_be_asked_for_a_deposit(
    policy: Policy, standing: Standing, hospital: Institution, disease: str | None
) -> None:
    assert terms(policy, standing, hospital, disease).deposit_required


def test_a_hospital_may_be_designated_for_some_of_the_diseases(policy: Policy) -> None:
    some = msgspec.structs.replace(CITY, major_diseases=("MD07",))
    assert not terms(policy, RESIDENT, some, "MD07").deposit_required


def test_the_list_has_fifty_and_says_that_it_is_a_sample(policy: Policy) -> None:
    rule = policy.file.treat_first
    assert rule is not None
    assert rule.disease_list is not None
    assert (len(rule.disease_list.diseases), rule.disease_list.sample) == (50, True)


@pytest.mark.parametrize("changes", [{"disease": "MD51"}, {"disease": "GX01"}])
def test_a_disease_that_no_document_lists_is_refused(policy: Policy, changes: dict[str, Any]) -> None:
    arrival = msgspec.structs.replace(
        Arrival(kind="inpatient", place="in_county", on=DAY, institution=COUNTY), **changes
    )
    with pytest.raises(Refused, match="DISEASE_NOT_LISTED"):
        check_disease([policy], arrival)


def test_a_hospital_that_is_designated_for_nothing_has_no_diseases() -> None:
    entry = msgspec.structs.replace(COUNTY, hospital_id="H3", major_diseases=("MD01",))
    with pytest.raises(Refused, match="MAJOR_DISEASES_MISPLACED"):
        contract(entry)


def without_rule(policy: Policy) -> Policy:
    """The same document, were it silent about treating first."""
    return Policy(
        msgspec.structs.replace(policy.pack, file=msgspec.structs.replace(policy.file, treat_first=None)), DAY
    )


@pytest.mark.parametrize(
    ("kind", "deposit"), [("inpatient", True), ("outpatient", False), ("chronic_outpatient", False)]
)
def test_a_document_that_is_silent_lets_a_hospital_ask_for_a_deposit_of_stays_only(
    policy: Policy, kind: str, deposit: bool
) -> None:
    found = admission_terms(
        POOR, without_rule(policy), Arrival(kind=kind, place="in_county", on=DAY, institution=COUNTY, disease="MD07")
    )
    assert found == AdmissionTerms(deposit_required=deposit, category="REGISTERED_POOR", clause=None)


def test_a_contract_counts_on_its_first_and_its_last_day(policy: Policy) -> None:
    for dates, deposit in (
        ({"contract_from": DAY, "contract_to": DAY}, False),
        ({"contract_from": date(2018, 9, 2)}, True),
        ({"contract_to": date(2018, 8, 31)}, True),
    ):
        hospital = msgspec.structs.replace(CITY, **dates)
        assert terms(policy, RESIDENT, hospital, "MD07").deposit_required is deposit


def test_any_document_that_asks_for_no_deposit_decides_and_else_the_first(policy: Policy) -> None:
    silent, arrival = without_rule(policy), Arrival(kind="inpatient", place="in_county", on=DAY, institution=COUNTY)
    for order in ([silent, policy], [policy, silent]):
        assert best_terms(POOR, order, arrival).clause == CLAUSE
        assert best_terms(RESIDENT, order, arrival) == AdmissionTerms(deposit_required=True, category=None, clause=None)
    # A visit needs no deposit anyway: without a clause of the document the first one answers.
    visit = msgspec.structs.replace(arrival, kind="outpatient")
    assert best_terms(POOR, [silent, policy], visit).clause is None


def test_a_disease_need_not_be_named_and_one_document_that_lists_it_is_enough(policy: Policy) -> None:
    arrival = Arrival(kind="inpatient", place="in_county", on=DAY, institution=COUNTY)
    check_disease([], arrival)
    check_disease([without_rule(policy), policy], msgspec.structs.replace(arrival, disease="MD07"))
    with pytest.raises(Refused) as refused:
        check_disease([without_rule(policy)], msgspec.structs.replace(arrival, disease="MD07"))
    assert (refused.value.code, refused.value.about) == ("DISEASE_NOT_LISTED", {"disease": "MD07"})
