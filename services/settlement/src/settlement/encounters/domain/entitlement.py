"""Entitlement at the door: whether a person is admitted without a deposit, in which category and by which clause."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final

import msgspec

from kernel.values.refusals import Refused, conflict
from law import Standing, effective_category
from law.packs import Policy
from law.packs.population import TreatFirst
from law.rows import DiseaseList
from settlement.institutions.domain import Institution

_OF_ANOTHER: Final = "OF_ANOTHER"


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at a hospital's door; ``disease`` is the code of a listed disease.

    ``handbook`` is what identity said of a poverty handbook that was shown: HOLDS, LAPSED, UNLISTED or OF_ANOTHER.
    """

    kind: str
    place: str
    on: date
    institution: Institution
    disease: str | None = None
    handbook: str | None = None


class AdmissionTerms(msgspec.Struct, frozen=True):
    """The answer at admission. ``major_disease`` is a disease for which anybody insured is treated first.

    ``on_handbook``: no deposit because of a handbook alone, which is to be looked into.
    """

    deposit_required: bool
    category: str | None
    clause: str | None
    major_disease: bool = False
    on_handbook: bool = False


def admission_terms(standing: Standing, policy: Policy, arrival: Arrival) -> AdmissionTerms:
    """先诊疗后付费: no deposit for whom the policy serves, where the document extends that to the kind of care.

    That is the poor at the levels of hospital that the document names, and any insured resident with a major disease
    at a hospital designated for it (002 三(二)). Where the document says so, whoever shows a poverty handbook is
    admitted as the poor are, also before a department's list names them (000 二(二)). Raises Refused HANDBOOK_FOREIGN.
    """
    if arrival.handbook == _OF_ANOTHER:
        detail = "the poverty handbook names other people; ask for the patient's own, or admit without it"
        raise conflict("HANDBOOK_FOREIGN", detail)
    category = effective_category(standing, policy.file, arrival.on, arrival.on)
    rule, inpatient = policy.file.treat_first, arrival.kind == "inpatient"
    if rule is None or rule.deposit == "may_be_asked":
        return AdmissionTerms(deposit_required=inpatient, category=category, clause=None)
    major = rule.major_disease and _is_in(rule.disease_list, arrival.disease)
    reached, cited_as = _reaches(rule, arrival), policy.file.document.cited_as
    treated_first = partial(AdmissionTerms, deposit_required=False, category=category, major_disease=major)
    served = category is not None and (not rule.categories or category in rule.categories)
    if (served and reached) or (major and _is_treated_anywhere(standing, arrival)):
        return treated_first(clause=f"{cited_as} {rule.clause}")
    if rule.handbook_clause is not None and arrival.handbook is not None and reached:
        return treated_first(clause=f"{cited_as} {rule.handbook_clause}", on_handbook=True)
    return AdmissionTerms(deposit_required=inpatient, category=category, clause=None, major_disease=major)


def _reaches(rule: TreatFirst, arrival: Arrival) -> bool:
    # The guarantee behind it binds institutions under contract (定点), and pays nobody else.
    hospital = arrival.institution
    level = not rule.levels or hospital.level in rule.levels
    return arrival.kind in rule.kinds and arrival.place in rule.places and level and hospital.designated_on(arrival.on)


def _is_treated_anywhere(standing: Standing, arrival: Arrival) -> bool:
    """城乡参保居民患重大疾病在大病救治定点医疗机构: the poor and anybody else in the residents' insurance."""
    insured = any(
        enrolment.scheme == "RESIDENT"
        and enrolment.year == arrival.on.year
        and enrolment.registered_on is not None
        and enrolment.registered_on <= arrival.on
        for enrolment in standing.enrolments
    )
    hospital = arrival.institution
    return insured and hospital.designated_on(arrival.on) and hospital.designated_for(arrival.disease)


def best_terms(standing: Standing, policies: Sequence[Policy], arrival: Arrival) -> AdmissionTerms:
    """The terms of the first policy that asks for no deposit, or else of the first one (AMB-D6)."""
    terms = [admission_terms(standing, policy, arrival) for policy in policies]
    return next((found for found in terms if not found.deposit_required and found.clause), terms[0])


def check_offered(arrival: Arrival) -> None:
    """Refuse a stay at an institution without beds: a pharmacy sells, and a village clinic sees patients."""
    if arrival.kind == "inpatient" and arrival.institution.kind != "hospital":
        hospital = arrival.institution
        detail = f"{hospital.hospital_id} is a {hospital.kind.replace('_', ' ')}, which takes nobody in; say the visit"
        raise Refused("CARE_NOT_OFFERED", detail, about={"hospital": hospital.hospital_id, "kind": arrival.kind})


def check_disease(policies: Sequence[Policy], arrival: Arrival) -> None:
    """Refuse the code of a disease that no document of the place lists for this kind of care."""
    if arrival.disease is None:
        return
    lists = [listed for policy in policies for listed in _lists(policy, arrival.kind)]
    if not any(_is_in(listed, arrival.disease) for listed in lists):
        raise Refused(
            "DISEASE_NOT_LISTED",
            f"no document of the place lists {arrival.disease} for {arrival.kind}; leave it out or correct the code",
            about={"disease": arrival.disease},
        )


def _lists(policy: Policy, kind: str) -> Iterator[DiseaseList]:
    rule, treat_first = policy.file.certification, policy.file.treat_first
    if rule is not None and rule.disease_list is not None and kind in rule.required_for:
        yield rule.disease_list
    if treat_first is not None and treat_first.disease_list is not None:
        yield treat_first.disease_list


def _is_in(listed: DiseaseList | None, disease: str | None) -> bool:
    return listed is not None and disease is not None and listed.disease(disease) is not None
