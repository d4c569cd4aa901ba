"""Banded lump sum: what the person bears after aid is added up over the year, and its band gives one lump sum."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal, get_args

from typing_extensions import override

from kernel.values.money import fen_from_yuan, yuan_from_fen
from law.course import Course
from law.methods.declared import Choice, Step, Table
from law.methods.layer import Layer
from law.methods.rate_of_base import RateOfBase
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import Part
from law.trace import LayerTrace

_Base = Literal["all_self_borne", "over_cap_only"]
_Counting = Literal["annual_increment", "per_stay"]
_BeyondBill = Literal["cash_payout", "limited_to_bill"]
_BANDS: Final = Table("bands", "分档定额 lump sum of the band")
_BASE: Final = Choice(
    ambiguity="E1",
    parameter="base",
    readings=get_args(_Base),
    asks="Which cost counts for secondary relief: all that is left after aid, or only what the used-up limit left?",
    otherwise="only cost outside the limit (限额外)",
)
_COUNTING: Final = Choice(
    ambiguity="E2",
    parameter="counting",
    readings=get_args(_Counting),
    asks="Is secondary relief by the year or by the stay?",
    otherwise="by the stay",
)
_BEYOND_BILL: Final = Choice(
    ambiguity="E3",
    parameter="beyond_bill",
    readings=get_args(_BeyondBill),
    asks="What if relief is larger than the bill?",
    otherwise="it ends at the bill",
)


class Band(Part, frozen=True, kw_only=True):
    """A lump sum from a cumulated amount on (included), in yuan."""

    from_yuan: str
    pays_yuan: str


class BandedLumpSum(Layer, tag="banded_lump_sum", frozen=True, kw_only=True):
    """Pays a lump sum by the year's cumulated own cost, less what was paid before; the rest in cash."""

    bands: tuple[Band, ...]
    bands_from: date
    own_cost_in: str
    paid_in: str
    #: Only for encounters that are entitled to this payer's layer (004 三(二)3: 经医疗救助后).
    after: str
    base: _Base = "all_self_borne"
    counting: _Counting = "annual_increment"
    beyond_bill: _BeyondBill = "cash_payout"

    CHOICES = (_BASE, _COUNTING, _BEYOND_BILL)
    DESCRIPTION = (
        "What the person bears after aid is added up over the year; the band that the sum falls into gives one lump "
        "sum for the year, less what was paid before. The lower edge belongs to the band, the upper not."
    )

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """max(0, band(year's own cost) - relief paid this year); what exceeds the bill is paid in cash (004 三(二)3).

        Own cost is what all earlier layers left, out-of-policy cost included (AMB-E1), of encounters that are entitled
        to aid (AMB-E6), without excluded cost (AMB-E15).
        """
        if self.after not in course.entitled:
            return course.take(plan, 0, flags=("NO_BENEFIT",))
        own = max(0, course.left - course.claim.excluded_fen)
        if self.base == "over_cap_only":
            own = min(own, course.aid_wanted[self.after] - course.taken[self.after])
        cumulated_before, cumulated = course.count(self.own_cost_in, own)
        if self.counting == "per_stay":
            relief = band_amount(self.bands, own)
        else:
            relief = max(0, band_amount(self.bands, cumulated) - course.balances.get(self.paid_in, 0))
        on_bill = min(relief, own)
        payout = relief - on_bill if self.beyond_bill == "cash_payout" else 0
        course.count(self.paid_in, on_bill + payout)
        return course.take(
            plan,
            on_bill,
            base_fen=own,
            asked_fen=relief,
            accumulator=self.own_cost_in,
            before_fen=cumulated_before,
            after_fen=cumulated,
            payout_fen=payout,
        )

    @override
    def accumulators(self) -> Iterator[tuple[str, str]]:
        yield "own_cost_in", self.own_cost_in
        yield "paid_in", self.paid_in

    @override
    def faults(self, before: Sequence[Layer]) -> Iterator[tuple[str, str]]:
        edges = [fen_from_yuan(band.from_yuan) for band in self.bands]
        if not edges or edges != sorted(set(edges)):
            yield "bands", "bands must rise, each from_yuan above the one before"
        if self.after not in [layer.payer for layer in before if isinstance(layer, RateOfBase)]:
            yield "after", f"no layer of method rate_of_base before this one has the payer {self.after}"

    @override
    def steps(self) -> Iterator[Step]:
        for band in self.bands:
            yield Step(_BANDS, f"from {band.from_yuan} 元 on (included)", f"{band.pays_yuan} 元", self.bands_from)

    @override
    def facts(self) -> Iterator[str]:
        yield f"only for care that {self.after} is given for"
        yield f"own cost is added up in `{self.own_cost_in}`, relief in `{self.paid_in}`"

    @override
    def reason(self, trace: LayerTrace) -> str:
        if self.counting == "per_stay":
            borne = f"这次救助以后您自己还要承担 {yuan(trace.base_fen)} 元"
        else:
            borne = f"救助以后您自己承担的费用今年累计 {yuan(trace.after_fen)} 元"
        relief = f"按所在档次这次应再救助 {yuan(trace.asked_fen)} 元"
        cash = f"，其中 {yuan(trace.payout_fen)} 元另发现金" if trace.payout_fen else ""
        return f"{borne}，{relief}{cash}。"

    @override
    def remains(self, trace: LayerTrace, _after_fen: Mapping[str, int]) -> Iterator[str]:
        if self.counting == "per_stay":
            return
        used = trace.after_fen or 0
        sums = f"今年救助以后您自己承担的费用累计 {yuan_from_fen(used)} 元"
        for edge, pays in _edges(self.bands):
            if used < edge:
                at = f"累计到 {yuan_from_fen(edge)} 元时，{self.name}全年一共给 {yuan_from_fen(pays)} 元"
                yield f"{sums}；{at}。"
                return
        yield f"{sums}，{self.name}已到最高一档。"


def band_amount(bands: Iterable[Band], cumulated_fen: int) -> int:
    """The lump sum of the band that a cumulated amount falls into; lower edges belong to the band (004 三(二)3)."""
    amount = 0
    for edge, pays in _edges(tuple(bands)):
        if cumulated_fen >= edge:
            amount = pays
    return amount


@lru_cache(maxsize=64)
def _edges(bands: tuple[Band, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((fen_from_yuan(band.from_yuan), fen_from_yuan(band.pays_yuan)) for band in bands)
