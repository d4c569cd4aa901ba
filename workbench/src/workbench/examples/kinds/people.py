"""Kinds of examples about people: who is insured, certified, of low income, and in which category."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec
from typing_extensions import override

from identity.certification.domain.certifiers import may_certify
from identity.comparison.domain.coverage import coverage
from identity.facts.domain.low_income import Means, is_low_income
from identity.persons.domain.categories import Group
from identity.persons.domain.certification import Title
from law import Standing, effective_category
from law.packs import PackLibrary
from law.standing import Enrolment, is_enrolled
from workbench.examples.amounts import Yuan
from workbench.examples.kinds.clocks import percent_text
from workbench.examples.kinds.part import Part, Table, each, fen, one
from workbench.examples.outcome import Outcome
from workbench.examples.people import insured, member


class Exceptions(Part, frozen=True, kw_only=True):
    military: int = 0
    married_out: int = 0
    emigrated: int = 0
    imprisoned: int = 0
    household_moved_out: int = 0
    rural_to_urban: int = 0
    deceased: int = 0
    missing: int = 0
    other: int = 0


class CoverageGiven(Part, frozen=True, kw_only=True):
    registered: int
    enrolled: int
    exceptions: Exceptions


class CoverageExpected(Part, frozen=True, kw_only=True):
    exceptions_total: int
    should_enrol: int
    worklist: int
    coverage_percent_2dp: str
    raw_percent_2dp: str


class CoverageExample(Table, tag="coverage", frozen=True, kw_only=True):
    """The monthly comparison of the registered poor with the insured."""

    given: CoverageGiven
    expect: CoverageExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        found = coverage(self.given.registered, self.given.enrolled, msgspec.structs.asdict(self.given.exceptions))
        shares = {"coverage": found.coverage_basis_points, "raw": found.raw_basis_points}
        texts = {f"{name}_percent_2dp": percent_text(points) for name, points in shares.items()}
        return one(self.expect, found, exceptions_total=found.exceptions, **texts)


class CertGiven(Part, frozen=True, kw_only=True):
    disease_in_list_of_29: bool


class CertCase(Part, frozen=True, kw_only=True):
    hospital_level: int
    doctor_titles: tuple[Literal["resident", "attending", "deputy_chief", "chief"], ...]
    same_specialty: bool
    ok: bool


class CertTable(Table, tag="cert_table", frozen=True, kw_only=True):
    """Who may certify a special chronic disease."""

    given: CertGiven
    cases: tuple[CertCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = self.pack(library).file.certification
        assert rule is not None, "the pack says who may certify"

        def ok(case: CertCase) -> bool:
            return may_certify(
                rule,
                hospital_grade=case.hospital_level,
                titles=[Title[title.upper()] for title in case.doctor_titles],
                same_specialty=case.same_specialty,
                disease_listed=self.given.disease_in_list_of_29,
            )

        return each(self.cases, "ok", ok)


class LowIncomeGiven(Part, frozen=True, kw_only=True):
    local_dibao: Yuan
    asset_limit: Yuan


class LowIncomeCase(Part, frozen=True, kw_only=True):
    per_capita_income: Yuan
    assets: Yuan
    group: Literal["elderly", "minor", "severely_disabled", "critically_ill", "healthy_adult"]
    ok: bool


_GROUPS = {
    "elderly": Group.ELDERLY,
    "minor": Group.MINOR,
    "severely_disabled": Group.SEVERE_DISABLED,
    "critically_ill": Group.CRITICALLY_ILL,
}


class LowIncomeExample(Table, tag="low_income_test", frozen=True, kw_only=True):
    """Whether a person counts as of low income."""

    given: LowIncomeGiven
    cases: tuple[LowIncomeCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        rule = self.pack(library).file.low_income
        assert rule is not None, "the pack states the multiple of the local line"

        def ok(case: LowIncomeCase) -> bool:
            means = Means(
                income_fen=fen(case.per_capita_income),
                assets_fen=fen(case.assets),
                local_line_fen=fen(self.given.local_dibao),
                asset_limit_fen=fen(self.given.asset_limit),
            )
            return is_low_income(means, _GROUPS.get(case.group), Decimal(rule.income_multiple))

        return each(self.cases, "ok", ok)


class EligibilityGiven(Part, frozen=True, kw_only=True):
    registered: date | None
    marked: date | None


class EligibilityCase(Part, frozen=True, kw_only=True):
    service_date: date
    eligible: bool


class EligibilityTable(Table, tag="eligibility_table", frozen=True, kw_only=True):
    """From which day on a person who enrols in mid year is served."""

    given: EligibilityGiven
    cases: tuple[EligibilityCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        file = self.pack(library).file

        def eligible(case: EligibilityCase) -> bool:
            day = case.service_date
            enrolment = Enrolment("RESIDENT", day.year, self.given.registered, self.given.marked)
            return is_enrolled(Standing((), (enrolment,)), file, day)

        return each(self.cases, "eligible", eligible)


class PrecedenceCase(Part, frozen=True, kw_only=True):
    feeds: tuple[str, ...]
    effective: str | None


class PrecedenceTable(Table, tag="precedence_table", frozen=True, kw_only=True):
    """Which category counts where several departments name a person."""

    cases: tuple[PrecedenceCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        file = self.pack(library).file
        day = file.in_force_from

        def effective(case: PrecedenceCase) -> str | None:
            standing = Standing(tuple(member(feed, file, day) for feed in case.feeds), (insured(day),))
            found = effective_category(standing, file, day, day)
            return None if found is None else found.lower()

        return each(self.cases, "effective", effective)


Kinds: TypeAlias = CertTable | CoverageExample | EligibilityTable | LowIncomeExample | PrecedenceTable
