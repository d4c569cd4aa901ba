"""Who is served: categories in their order, enrolment, reasons for no aid, admission without a deposit."""

from typing import Literal

from law.rows import DiseaseList, Kind, Level, Part, Place


class Category(Part, frozen=True, kw_only=True):
    """A category of persons, in the order of precedence: the best benefit first."""

    code: str
    name: str
    clause: str
    groups: tuple[str, ...] = ()
    #: Groups that the document leaves out; who is in no group is not left out.
    without_groups: tuple[Literal["RURAL", "URBAN"], ...] = ()
    statuses: tuple[str, ...] = ()
    #: Years after leaving poverty during which the benefit goes on.
    support_years: int | None = None
    #: The membership that identity tells, where it is called otherwise than the category.
    membership: str | None = None


class EnrolmentRule(Part, frozen=True, kw_only=True):
    """In which insurance a person must be, and from when that counts."""

    schemes: tuple[str, ...]
    clause: str
    eligible_from: Literal["later_of_registered_and_marked", "registered"] = "later_of_registered_and_marked"


class Population(Part, frozen=True, kw_only=True):
    """Who is served, and how a category that changes during a stay is read."""

    clause: str
    categories: tuple[Category, ...]
    enrolment: EnrolmentRule | None = None
    during_stay: Literal["any_day_of_stay", "day_of_discharge"] = "any_day_of_stay"
    support_counted_by: Literal["admission", "discharge"] = "admission"
    #: Whether support ends on the same day of the last year, or with that calendar year (AMB-D3).
    support_ends: Literal["same_day", "end_of_year"] = "same_day"
    #: Whether who was lifted from poverty is served for good, or for two years, where a category says nothing (AMB-X9).
    lifted: Literal["included", "two_years"] = "included"
    #: Whose insured the document serves: those of its pooling area, or anybody's (AMB-X11).
    insured_in: Literal["pooling_area", "anywhere"] = "anywhere"


class SaidBy(Part, frozen=True, kw_only=True):
    """Whose list says who belongs to a category, or to a group of it, where that is not the platform's own rule."""

    category: str
    by: Literal["civil-affairs", "poverty-alleviation", "disabled-persons", "county-government"]
    clause: str
    group: str | None = None


class Identification(Part, frozen=True, kw_only=True):
    """Who says who is supported, and how many people stand behind it."""

    said_by: tuple[SaidBy, ...] = ()
    #: The clause by which the medical-security agency enters what departments tell it.
    agency_enters_clause: str | None = None
    #: The clause by which what is entered takes effect once it was reviewed and approved (录入、审核、审批).
    three_steps_clause: str | None = None


class Exclusion(Part, frozen=True, kw_only=True):
    """A reason for which some layers do not pay; unless the exception holds."""

    reason: str
    clause: str
    unless: str | None = None


class Exclusions(Part, frozen=True, kw_only=True):
    """Reasons for no aid, and the layers that they withhold."""

    withhold: tuple[str, ...]
    reasons: tuple[Exclusion, ...]
    #: The day on which the institution's contract must hold (AMB-X10).
    contract_counted_by: Literal["admission", "discharge"] = "discharge"


class TreatFirst(Part, frozen=True, kw_only=True):
    """Who is admitted without a deposit."""

    clause: str
    kinds: tuple[Kind, ...] = ("inpatient",)
    places: tuple[Place, ...] = ("in_county", "out_county")
    levels: tuple[Level, ...] = ()
    #: Anyone with one of the major diseases too, at an institution designated for them.
    major_disease: bool = False
    disease_list: DiseaseList | None = None
    #: Whoever shows a poverty handbook too (扶贫手册), at the same places.
    handbook_clause: str | None = None
    #: A county may read the text so that a deposit may be asked all the same (AMB-D10).
    deposit: Literal["none", "may_be_asked"] = "none"
    #: Only these categories; all that the document serves where none is named.
    categories: tuple[str, ...] = ()
