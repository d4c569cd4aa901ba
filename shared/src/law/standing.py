"""Standing: what is known of a person's entitlement, and the one category that counts for a bill."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import covers, pooling_area
from kernel.values.refusals import Refused
from law.packs.model import PackFile
from law.packs.population import Category, Population

#: 两年继续扶持期, where a county reads a text that is silent as Guangxi's says it (AMB-X9).
_LIFTED_YEARS: Final = 2


class Membership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A membership in a category; ``valid_to`` is the last day on which it counts, None while it goes on."""

    category: str
    valid_from: date
    valid_to: date | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


class Enrolment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An insurance of a person for a year; the two dates as in DOMAIN B2.

    ``area`` is the pooling area (统筹区) that insures; None in decisions from before it was told.
    """

    scheme: str
    year: int
    registered_on: date | None = None
    marked_on: date | None = None
    area: str | None = None


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """All memberships and enrolments of a person, as identity knew them at the moment of the decision."""

    memberships: tuple[Membership, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()


def effective_category(standing: Standing, file: PackFile, begins_on: date, discharged_on: date) -> str | None:
    """The category that a person counts as for a stay, or None where the pack does not serve the person.

    The best category that held on any day of the stay (004 五(一)2: a person removed while in hospital is still
    aided at discharge; AMB-E8, E9), if the person is enrolled as the document asks by the day of discharge.
    """
    if not is_enrolled(standing, file, discharged_on):
        return None
    first = begins_on if file.population.during_stay == "any_day_of_stay" else discharged_on
    held = [
        m for m in standing.memberships if m.valid_from <= discharged_on and not (m.valid_to and m.valid_to < first)
    ]
    for category in file.population.categories:
        told = category.membership or category.code
        for membership in held:
            if membership.category == told and _counts(membership, category, file, begins_on, discharged_on):
                return category.code
    return None


def _counts(membership: Membership, category: Category, file: PackFile, begins_on: date, discharged_on: date) -> bool:
    if category.groups and membership.group not in category.groups:
        return False
    if membership.group in category.without_groups:
        return False
    if membership.poverty_status is None and membership.exit_date is not None:
        raise Refused(
            "POVERTY_STATUS_MISSING",
            f"the person is said to have left poverty on {membership.exit_date}, but no "
            f"poverty status ({category.code}); the poverty office must say LIFTED or NOT_LIFTED",
        )
    status = membership.poverty_status or "NOT_LIFTED"
    if category.statuses and status not in category.statuses:
        return False
    years = category.support_years
    if years is None and file.population.lifted == "two_years" and category.membership is None:
        years = _LIFTED_YEARS
    if status != "LIFTED" or years is None:
        return True
    if membership.exit_date is None:
        raise Refused(
            "EXIT_DATE_MISSING",
            f"the person has left poverty ({category.code}, LIFTED), but the day of leaving is not known; "
            "the poverty office must give it before the two years of support can be counted",
        )
    population = file.population
    counted = begins_on if population.support_counted_by == "admission" else discharged_on
    return counted <= support_ends_on(membership.exit_date, years, population)


def support_ends_on(exit_date: date, years: int, population: Population) -> date:
    """The last day of support after leaving poverty: 两年继续扶持期 (003 二(六), AMB-D3)."""
    ends = years_after(exit_date, years)
    return ends if population.support_ends == "same_day" else date(ends.year, 12, 31)


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def is_enrolled(standing: Standing, file: PackFile, on: date) -> bool:
    """Whether the person is in the insurance that the document asks for, with benefits by that day.

    Jieyang: from the later of registration and identity mark (004 七(二)); the stay counts whole (AMB-E10).
    """
    rule = file.population.enrolment
    of_year = [enrolment for enrolment in standing.enrolments if enrolment.year == on.year]
    here = [enrolment for enrolment in of_year if is_insured_here(enrolment, file)]
    if rule is None:
        # The document asks for no step of enrolment: who is insured elsewhere alone is not one of its insured (X11).
        return bool(here) or not of_year
    return any(
        enrolment.scheme in rule.schemes
        and (start := eligible_from(enrolment, rule.eligible_from)) is not None
        and start <= on
        for enrolment in here
    )


def is_insured_here(enrolment: Enrolment, file: PackFile) -> bool:
    """Whether an insurance is one of the pack's pooling area: the city of its division (R-JY-02 我市, AMB-X11)."""
    if file.population.insured_in == "anywhere" or enrolment.area is None:
        return True
    return covers(pooling_area(file.division), enrolment.area)


def eligible_from(enrolment: Enrolment, rule: str) -> date | None:
    """The first day of benefits of an enrolment, None while a step is missing."""
    if enrolment.registered_on is None:
        return None
    if rule == "registered":
        return enrolment.registered_on
    return None if enrolment.marked_on is None else max(enrolment.registered_on, enrolment.marked_on)
