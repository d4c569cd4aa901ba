"""Notices at the door: what keeps benefits away as things stand, so that the window can say it and see to it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from law import Standing
from law.packs import Policy
from law.standing import Enrolment, eligible_from, is_insured_here
from settlement.institutions.domain import Institution

Notice = Literal[
    "CONTRACT_NOT_BEGUN",
    "CONTRACT_ENDED",
    "NO_MEMBERSHIP",
    "NOT_INSURED",
    "INSURED_ELSEWHERE",
    "ENROLMENT_NOT_REGISTERED",
    "ENROLMENT_NOT_MARKED",
]


def notices_of(
    standing: Standing, policies: Sequence[Policy], institution: Institution, on: date
) -> tuple[Notice, ...]:
    """What a hospital is told of a person and of its own contract, each once; nothing where nothing is missing."""
    found = [*_contract(institution, on), *_list(standing, on)]
    found += [notice for policy in policies for notice in _insurance(standing, policy, on)]
    return tuple(dict.fromkeys(found))


def _contract(institution: Institution, on: date) -> Iterator[Notice]:
    if on < institution.contract_from:
        yield "CONTRACT_NOT_BEGUN"
    elif not institution.designated_on(on):
        yield "CONTRACT_ENDED"


def _list(standing: Standing, on: date) -> Iterator[Notice]:
    """Whether any department says something of the person on that day: else the person is pending."""
    if not any(m.valid_from <= on and (m.valid_to is None or on <= m.valid_to) for m in standing.memberships):
        yield "NO_MEMBERSHIP"


def _insurance(standing: Standing, policy: Policy, on: date) -> Iterator[Notice]:
    of_year = [enrolment for enrolment in standing.enrolments if enrolment.year == on.year]
    here = [enrolment for enrolment in of_year if is_insured_here(enrolment, policy.file)]
    rule = policy.file.population.enrolment
    if rule is None:
        if of_year and not here:
            yield "INSURED_ELSEWHERE"
        return
    counted = [enrolment for enrolment in here if enrolment.scheme in rule.schemes]
    if not counted:
        yield "INSURED_ELSEWHERE" if of_year and not here else "NOT_INSURED"
    elif not any(_begun(enrolment, rule.eligible_from, on) for enrolment in counted):
        registered = any(e.registered_on is not None and e.registered_on <= on for e in counted)
        yield "ENROLMENT_NOT_MARKED" if registered else "ENROLMENT_NOT_REGISTERED"


def _begun(enrolment: Enrolment, rule: str, on: date) -> bool:
    start = eligible_from(enrolment, rule)
    return start is not None and start <= on
