"""The shape of a pack file: document, population, ordered layers, accumulators, exclusions, readings of the law."""

from datetime import date
from typing import Any, Literal

import msgspec

Kind = Literal["inpatient", "chronic_outpatient", "special_outpatient", "outpatient", "village_visit"]
Place = Literal["in_county", "out_county"]
Level = Literal["village", "township", "county", "city", "province", "national"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a pack: immutable, and an unknown key in it is an error."""


class Document(_Part, frozen=True, kw_only=True):
    """The policy document that the pack is the reading of."""

    number: str
    title: str
    issuer: str
    issued: date
    #: How clauses of this document are cited in traces, such as ``004``.
    cited_as: str
    amends: tuple[str, ...] = ()
    notes: str = ""


class Dated(_Part, rename={"from_": "from"}, frozen=True, kw_only=True):
    """A value from a day on. A value of null ends the benefit; both need a clause."""

    from_: date
    value: str | None
    clause: str
    #: True for a figure that no document gives: a county must set its own before real use.
    sample: bool = False


class For(_Part, frozen=True, kw_only=True):
    """To whom and to what a row applies; an empty list means everyone and everything."""

    category: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    place: tuple[Place, ...] = ()
    level: tuple[Level, ...] = ()


class Row(_Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """One line of a parameter table. ``configured`` names a figure that the document leaves open."""

    for_: For = For()
    values: tuple[Dated, ...] = ()
    configured: str | None = None
    clause: str | None = None


class Funding(_Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """Which funds pay a layer, the first one as far as it reaches; the last one takes the rest."""

    funds: tuple[str, ...]
    clause: str
    for_: For = For()


class CountedIn(_Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """The accumulator that a layer reads and feeds for some encounters."""

    name: str
    for_: For = For()


class Band(_Part, frozen=True, kw_only=True):
    """A lump sum from a cumulated amount on (included), in yuan."""

    from_yuan: str
    pays_yuan: str


class Segment(_Part, frozen=True, kw_only=True):
    """A rate for the part of the cumulated base up to an amount (included); null is without end."""

    upto_yuan: str | None
    percent: str


class _Layer(_Part, tag_field="method", frozen=True, kw_only=True):
    """What every layer has: who pays, by which clause, and for whom."""

    payer: str
    name: str
    clause: str
    #: Applies to everyone insured, not only to the pack's population.
    everyone: bool = False
    needs_referral: bool = False
    funding: tuple[Funding, ...] = ()
    for_: For = msgspec.field(default=For(), name="for")


class Given(_Layer, tag="given", frozen=True, kw_only=True):
    """An amount that an outer payer has worked out, clipped to what is left."""


class RateOfBase(_Layer, tag="rate_of_base", frozen=True, kw_only=True):
    """A rate of the compliant cost left after the outer insurances, up to a yearly cap."""

    rate_percent: tuple[Row, ...]
    yearly_cap_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]


class ShareCeiling(_Layer, tag="share_ceiling", frozen=True, kw_only=True):
    """Pays what is left above a ceiling of the patient's share of the total."""

    ceiling_percent: tuple[Row, ...]
    ceiling_of: Literal["gross_total", "total_less_hospital_part"] = "gross_total"


class YearlyPersonalCap(_Layer, tag="yearly_personal_cap", frozen=True, kw_only=True):
    """Pays what would take the person's own payments of the year above a cap by place and level."""

    yearly_cap_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]
    #: AMB-L1: one counter for all levels, or one for each.
    counter: Literal["single", "per_level"] = "single"


class ExcessOverYearlyLine(_Layer, tag="excess_over_yearly_line", frozen=True, kw_only=True):
    """Pays the part of the year's own compliant cost that lies above a line."""

    line_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]


class BandedLumpSum(_Layer, tag="banded_lump_sum", frozen=True, kw_only=True):
    """Pays a lump sum by the year's cumulated own cost, less what was paid before; the rest in cash."""

    bands: tuple[Band, ...]
    bands_from: date
    own_cost_in: str
    paid_in: str
    #: Only for encounters that are entitled to this payer's layer (004 三(二)3: 经医疗救助后).
    after: str
    base: Literal["all_self_borne", "over_cap_only"] = "all_self_borne"
    counting: Literal["annual_increment", "per_stay"] = "annual_increment"
    beyond_bill: Literal["cash_payout", "limited_to_bill"] = "cash_payout"


class CatalogueExcess(_Layer, tag="catalogue_excess", frozen=True, kw_only=True):
    """The hospital bears out-of-catalogue cost above a share of the total, unless approved."""

    allowed_percent: tuple[Row, ...]
    approval_by: tuple[str, ...]
    approval: Literal["both_departments", "either_department"] = "both_departments"


class SegmentedRate(_Layer, tag="segmented_rate", frozen=True, kw_only=True):
    """Critical-illness insurance: rates by bands over the year's cumulated base, with deductible and cap."""

    deductible_yuan: tuple[Row, ...]
    yearly_cap_yuan: tuple[Row, ...]
    segments: tuple[Segment, ...]
    segments_from: date
    base_in: str
    paid_in: str
    #: Percentage points that the poor get on top of every rate.
    tilt_percent: tuple[Row, ...] = ()


Layer = (
    Given
    | RateOfBase
    | ShareCeiling
    | YearlyPersonalCap
    | ExcessOverYearlyLine
    | BandedLumpSum
    | CatalogueExcess
    | SegmentedRate
)


class Category(_Part, frozen=True, kw_only=True):
    """A category of persons, in the order of precedence: the best benefit first."""

    code: str
    name: str
    clause: str
    groups: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    #: Years after leaving poverty during which the benefit goes on.
    support_years: int | None = None


class EnrolmentRule(_Part, frozen=True, kw_only=True):
    """In which insurance a person must be, and from when that counts."""

    schemes: tuple[str, ...]
    clause: str
    eligible_from: Literal["later_of_registered_and_marked", "registered"] = "later_of_registered_and_marked"


class Population(_Part, frozen=True, kw_only=True):
    """Who is served, and how a category that changes during a stay is read."""

    clause: str
    categories: tuple[Category, ...]
    enrolment: EnrolmentRule | None = None
    during_stay: Literal["any_day_of_stay", "day_of_discharge"] = "any_day_of_stay"
    support_counted_by: Literal["admission", "discharge"] = "admission"


class Exclusion(_Part, frozen=True, kw_only=True):
    """A reason for which some layers do not pay; unless the exception holds."""

    reason: str
    clause: str
    unless: str | None = None


class Exclusions(_Part, frozen=True, kw_only=True):
    """Reasons for no aid, and the layers that they withhold."""

    withhold: tuple[str, ...]
    reasons: tuple[Exclusion, ...]


class Accumulator(_Part, frozen=True, kw_only=True):
    """A yearly count per person, with what it adds."""

    name: str
    adds: str
    clause: str


class TreatFirst(_Part, frozen=True, kw_only=True):
    """Who is admitted without a deposit."""

    clause: str
    kinds: tuple[Kind, ...] = ("inpatient",)
    places: tuple[Place, ...] = ("in_county", "out_county")
    major_disease: bool = False


class Fund(_Part, frozen=True, kw_only=True):
    """A fund that may be asked to pay, and for what: anything else is refused (专款专用)."""

    code: str
    name: str
    owner: str
    purposes: tuple[str, ...]
    clause: str


class Reading(_Part, frozen=True, kw_only=True):
    """A choice where the text is open (AMB in the design pages), named so that a county may choose otherwise."""

    ambiguity: str
    value: str
    why: str


class PackFile(_Part, frozen=True, kw_only=True):
    """A whole pack file."""

    pack: str
    region: str
    division: str
    name: str
    document: Document
    in_force_from: date
    population: Population
    layers: tuple[Layer, ...]
    in_force_to: date | None = None
    treat_first: TreatFirst | None = None
    accumulators: tuple[Accumulator, ...] = ()
    exclusions: Exclusions | None = None
    referral_withheld_flags: tuple[str, ...] = ()
    funds: tuple[Fund, ...] = ()
    clocks: tuple[dict[str, Any], ...] = ()
    prepayment: tuple[dict[str, Any], ...] = ()
    clearing: tuple[dict[str, Any], ...] = ()
    readings: tuple[Reading, ...] = ()


class Pack(msgspec.Struct, frozen=True):
    """A loaded pack: its file, and the exact text it was read from."""

    file: PackFile
    text: str
    digest: str

    @property
    def pack_id(self) -> str:
        """The pack's name, which is its path without suffix, such as ``445200-jieyang/2019-jieyibao-21``."""
        return self.file.pack

    def in_force(self, on: date) -> bool:
        """Whether the document counts on a day."""
        return self.file.in_force_from <= on and (self.file.in_force_to is None or on <= self.file.in_force_to)
