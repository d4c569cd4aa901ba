"""The indicators that documents name: which sums each is made of, and what it comes to against the year before.

A document says which of them are watched, by whom, and what is to be reached (``indicators`` of its pack); how each is
worked out stands here, a line each. Sums are of bills in force; those taken back are in none of them.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

import msgspec

from law.packs.rules import Indicator
from operations.indicators.domain.shares import percent, reaches, rounded, share

_INPATIENT: Final = ("inpatient",)
_CHRONIC: Final = ("chronic_outpatient",)
#: What is counted beside bills stands with this kind of care among the sums of a place.
COUNTED: Final = "counted"


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What the bills in force of some kinds come to, in fen; ``known_fen`` is the total of those whose catalogue part
    was told (bills from before are in no share of the catalogue).

    Beside bills: stays ``accepted`` in the period and of these ``handled``, that is settled; ``patients`` who have a
    file of an illness and of these ``treated``, with a bill or a visit until the period's end."""

    bills: int = 0
    persons: int = 0
    total_fen: int = 0
    patient_fen: int = 0
    known_fen: int = 0
    known_reimbursed_fen: int = 0
    compliant_fen: int = 0
    out_of_catalogue_fen: int = 0
    accepted: int = 0
    handled: int = 0
    patients: int = 0
    treated: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together. ``persons`` is then who was treated in each kind, a person once in each."""
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})

    @property
    def reimbursed_fen(self) -> int:
        """What others than the patient bear, the hospital included (R-LY-23)."""
        return self.total_fen - self.patient_fen

    @property
    def in_catalogue_fen(self) -> int:
        """What is in the catalogue: compliant, paid by the patient first, or above a limit (DOMAIN B5)."""
        return self.known_fen - self.out_of_catalogue_fen


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How an indicator is worked out: one sum over another, of bills of some kinds."""

    title: str
    part: str
    whole: str
    kinds: tuple[str, ...]
    unit: Literal["percent", "yuan"] = "percent"


#: The compensation of chronic visits is of compliant cost (AMB-C2 ``kpi_only``).
MEASURES: Final = {
    "inpatient_reimbursement_ratio": Measure(
        title="住院实际报销比例", part="reimbursed_fen", whole="total_fen", kinds=_INPATIENT
    ),
    "average_cost_per_stay": Measure(
        title="次均住院费用", part="total_fen", whole="bills", kinds=_INPATIENT, unit="yuan"
    ),
    "reimbursable_share": Measure(title="住院可报比例", part="compliant_fen", whole="known_fen", kinds=_INPATIENT),
    "self_paid_share": Measure(title="自费比例", part="out_of_catalogue_fen", whole="known_fen", kinds=_INPATIENT),
    "in_catalogue_share": Measure(title="目录内费用占比", part="in_catalogue_fen", whole="known_fen", kinds=_INPATIENT),
    "handled_rate": Measure(title="办结率", part="handled", whole="accepted", kinds=(COUNTED,)),
    "treatment_rate": Measure(title="救治率", part="treated", whole="patients", kinds=(COUNTED,)),
    "chronic_outpatient_compensation": Measure(
        title="门诊慢特病实际补偿比", part="known_reimbursed_fen", whole="compliant_fen", kinds=_CHRONIC
    ),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator of a place, hospital or category in a period. None is "no data": there was nothing to divide by.

    ``value``, ``before`` and ``growth_percent`` are rounded half up to two decimals, to be shown; ``reached`` is
    decided on the exact fraction.
    """

    of: str
    indicator: str
    title: str
    unit: str
    bills: int
    persons: int
    part_fen: int | None
    whole_fen: int | None
    part_count: int | None
    whole_count: int | None
    value: str | None
    before: str | None
    growth_percent: str | None
    at_least_percent: str | None
    reached: bool | None
    owner: str | None
    document: str
    clause: str
    #: The exact share or average, to be measured against other thresholds.
    exact: Fraction | None = None


def line(of: str, asked: Indicator, document: str, now: Sums, before: Sums) -> Line:
    """An indicator's line, from the sums of its kinds of bills now and in the same period of the year before."""
    measure = MEASURES[asked.name]
    value, earlier = _share(measure, now), _share(measure, before)
    part, whole = getattr(now, measure.part), getattr(now, measure.whole)
    at_least = asked.at_least_percent
    return Line(
        of=of,
        indicator=asked.name,
        title=measure.title,
        unit=measure.unit,
        bills=now.bills,
        persons=now.persons,
        part_fen=part if measure.part.endswith("_fen") else None,
        whole_fen=whole if measure.whole.endswith("_fen") else None,
        part_count=None if measure.part.endswith("_fen") else part,
        whole_count=None if measure.whole.endswith("_fen") else whole,
        value=_shown(measure, value),
        before=_shown(measure, earlier),
        growth_percent=None if value is None or not earlier else percent(Fraction(value, earlier) - 1),
        at_least_percent=at_least,
        reached=None if at_least is None or value is None else reaches(value, Decimal(at_least)),
        owner=asked.owner,
        document=document,
        clause=asked.clause,
        exact=value,
    )


def sums_for(name: str, by_kind: Iterable[tuple[str, Sums]]) -> Sums:
    """The sums of the kinds of bills that an indicator is about."""
    total = Sums()
    for kind, sums in by_kind:
        if kind in MEASURES[name].kinds:
            total = total.plus(sums)
    return total


def _share(measure: Measure, sums: Sums) -> Fraction | None:
    return share(getattr(sums, measure.part), getattr(sums, measure.whole))


def _shown(measure: Measure, value: Fraction | None) -> str | None:
    """A share in percent, an average of fen in yuan."""
    if value is None:
        return None
    return percent(value) if measure.unit == "percent" else rounded(Fraction(value, 100))
