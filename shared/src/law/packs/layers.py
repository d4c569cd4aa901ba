"""Layers of the waterfall: each names a method from a closed list, and the parameters of that method."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from law.packs.rows import Band, CountedIn, For, Funding, Part, Row, Segment


class _Layer(Part, tag_field="method", frozen=True, kw_only=True):
    """What every layer has: who pays, by which clause, and for whom."""

    payer: str
    name: str
    clause: str
    #: Applies to everyone insured, not only to the pack's population.
    everyone: bool = False
    #: What it pays of the compliant cost is not the person's own for later layers: insurances, aid (AMB-C5).
    lessens_own_cost: bool = False
    needs_referral: bool = False
    #: Under which readings, and for whom, the referral is needed.
    referral_for: For = For()
    funding: tuple[Funding, ...] = ()
    for_: For = msgspec.field(default=For(), name="for")


class Given(_Layer, tag="given", frozen=True, kw_only=True):
    """An amount that an outer payer has worked out, clipped to what is left."""

    #: May be left out of a claim, which then means nothing.
    optional: bool = False


class RateOfBase(_Layer, tag="rate_of_base", frozen=True, kw_only=True):
    """A rate of the compliant cost left after the outer insurances, up to a yearly cap."""

    rate_percent: tuple[Row, ...]
    yearly_cap_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]
    #: A limit over several accumulators together, where there is one (AMB-E4).
    joint_cap_yuan: tuple[Row, ...] = ()
    joint_cap_in: tuple[str, ...] = ()


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

#: The tables that a layer may have: the parameter's name, and whether its figures are money.
TABLES: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "rate_percent": False,
        "ceiling_percent": False,
        "allowed_percent": False,
        "tilt_percent": False,
        "yearly_cap_yuan": True,
        "joint_cap_yuan": True,
        "line_yuan": True,
        "deductible_yuan": True,
    }
)
