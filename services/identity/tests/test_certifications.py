"""The certification's specification: who may say what, from when it counts, and how it is taken back."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from identity.certification.domain.certifications import (
    DECIDER,
    CancelCertification,
    CertificationCancelled,
    Certify,
    ChronicCertified,
)
from identity.certification.domain.certifiers import Certifier
from identity.certification.domain.filings import DECIDER as FILING
from identity.certification.domain.filings import ChronicFiled, File
from identity.persons.domain.certification import Certification, Doctor, Title
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.person import PersonRegistered, SealedPersonalData
from kernel.testing.specification import given
from law.packs import PackLibrary
from law.packs.rules import Certification as Rule

TODAY = date(2019, 8, 1)
NOW = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
ONE, TWO = Doctor("D1", Title.ATTENDING, "cardiology"), Doctor("D2", Title.CHIEF, "cardiology")
NEW = Certification(
    certification_id="c1", disease="GX01", hospital_id="H2", doctors=(ONE, TWO), certified_at=NOW, effective_from=TODAY
)
GRADE_TWO = Certifier("H2", "示例医院", 2, date(2019, 1, 1))
PERSON = Entitlement(person_id="p1", revision=1, county="450200")
REGISTERED = PersonRegistered("ab12", SealedPersonalData(id_number="AQ==", name="Ag=="), "A", PERSON)
CERTIFIED = ChronicCertified("c1", msgspec.structs.replace(PERSON, revision=2, certifications=(NEW,)))
CANCEL = CancelCertification("c1", date(2019, 8, 1), "not qualified", TODAY, True)


@pytest.fixture
def rule(library: PackLibrary) -> Rule:
    found = library.in_force("450200", TODAY).file.certification
    assert found is not None
    return found


def changed(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def test_two_attending_doctors_of_a_grade_two_hospital_certify_at_once(rule: Rule) -> None:
    given(DECIDER, [REGISTERED]).when(Certify(NEW, GRADE_TWO, rule)).then(CERTIFIED)
    assert NEW.holds_on(TODAY)
    assert not NEW.holds_on(date(2019, 7, 31))


@pytest.mark.parametrize(
    ("doctors", "certifier", "code"),
    [
        ((ONE,), GRADE_TWO, "CERTIFICATION_NOT_VALID"),
        ((ONE, ONE), GRADE_TWO, "CERTIFICATION_NOT_VALID"),
        ((ONE, changed(TWO, title=Title.RESIDENT)), GRADE_TWO, "CERTIFICATION_NOT_VALID"),
        ((ONE, changed(TWO, specialty="surgery")), GRADE_TWO, "CERTIFICATION_NOT_VALID"),
        ((ONE, TWO), changed(GRADE_TWO, grade=1), "CERTIFICATION_NOT_VALID"),
        ((ONE, TWO), changed(GRADE_TWO, until=date(2019, 7, 31)), "CERTIFIER_UNKNOWN"),
        ((ONE, TWO), None, "CERTIFIER_UNKNOWN"),
    ],
)
def test_who_may_not_certify(rule: Rule, doctors: tuple[Doctor, ...], certifier: Certifier | None, code: str) -> None:
    new = changed(NEW, doctors=doctors)
    given(DECIDER, [REGISTERED]).when(Certify(new, certifier, rule)).then_refused(code)


def test_only_listed_diseases_are_certified(rule: Rule) -> None:
    other = Certify(changed(NEW, disease="GX99"), GRADE_TWO, rule)
    given(DECIDER, [REGISTERED]).when(other).then_refused("DISEASE_NOT_LISTED")
    assert rule.disease_list is not None
    assert len(rule.disease_list.diseases) == rule.diseases == 29


def test_a_disease_is_certified_once_until_it_is_cancelled(rule: Rule) -> None:
    again = Certify(changed(NEW, certification_id="c2"), GRADE_TWO, rule)
    given(DECIDER, [REGISTERED, CERTIFIED]).when(again).then_refused("ALREADY_CERTIFIED")
    (cancelled,) = given(DECIDER, [REGISTERED, CERTIFIED]).when(CANCEL).events
    assert given(DECIDER, [REGISTERED, CERTIFIED, cancelled]).when(again).events


def test_nobody_unknown_or_dead_is_certified(rule: Rule) -> None:
    given(DECIDER).when(Certify(NEW, GRADE_TWO, rule)).then_refused("PERSON_UNKNOWN")
    died = ChronicCertified("c0", changed(PERSON, deceased_on=date(2019, 7, 1)))
    given(DECIDER, [died]).when(Certify(NEW, GRADE_TWO, rule)).then_refused("PERSON_DECEASED")


def test_a_cancelled_certification_holds_until_the_day_before() -> None:
    later = changed(CANCEL, cancelled_from=date(2019, 9, 1), today=date(2019, 9, 5))
    cancelled = changed(NEW, cancelled_from=date(2019, 9, 1), doctors_told=True)
    event = CertificationCancelled(
        "c1", date(2019, 9, 1), "not qualified", changed(PERSON, revision=3, certifications=(cancelled,))
    )
    given(DECIDER, [REGISTERED, CERTIFIED]).when(later).then(event)
    assert cancelled.holds_on(date(2019, 8, 31))
    assert not cancelled.holds_on(date(2019, 9, 1))
    given(DECIDER, [REGISTERED, CERTIFIED, event]).when(later).then_refused("CERTIFICATION_CANCELLED")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"certification_id": "c9"}, "CERTIFICATION_UNKNOWN"),
        ({"cancelled_from": date(2019, 8, 2)}, "DATE_IN_FUTURE"),
        ({"cancelled_from": date(2019, 7, 31)}, "DATES_OUT_OF_ORDER"),
    ],
)
def test_what_cannot_be_cancelled_so(changes: dict[str, Any], code: str) -> None:
    given(DECIDER, [REGISTERED, CERTIFIED]).when(changed(CANCEL, **changes)).then_refused(code)


FILE = File(
    hospital_id="H2",
    month="2019-08",
    certification_ids=("c1",),
    of_month=frozenset({"c1", "c2"}),
    sealed_on=TODAY,
    filed_by="office",
    today=TODAY,
)
FILED = ChronicFiled(
    hospital_id="H2", month="2019-08", certification_ids=("c1",), sealed_on=TODAY, filed_on=TODAY, filed_by="office"
)


def test_a_months_list_is_filed_and_what_it_left_out_may_follow() -> None:
    given(FILING).when(FILE).then(FILED)
    given(FILING, [FILED]).when(changed(FILE, certification_ids=("c1", "c2"))).then(
        changed(FILED, certification_ids=("c2",))
    )
    given(FILING, [FILED]).when(FILE).then_refused("NOTHING_NEW_TO_FILE")


def test_a_list_holds_the_hospitals_own_month_only() -> None:
    given(FILING).when(changed(FILE, certification_ids=("c7",))).then_refused("CERTIFICATION_NOT_OF_MONTH")
    given(FILING).when(changed(FILE, sealed_on=date(2019, 8, 2))).then_refused("DATE_IN_FUTURE")
