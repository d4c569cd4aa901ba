"""Cumulative methods: lump sums by bands and rates by segments, over what a person has borne in the year."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from kernel.values.money import Rounding, divide, fen_from_yuan
from law.course import Course
from law.packs import LayerPlan
from law.packs.figures import Figure, NoBenefit
from law.packs.layers import BandedLumpSum, SegmentedRate
from law.packs.rows import Band, Segment
from law.trace import LayerTrace


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


def banded_lump_sum(course: Course, plan: LayerPlan, layer: BandedLumpSum) -> LayerTrace:
    """max(0, band(year's own cost) - relief paid this year); what exceeds the bill is paid in cash (004 三(二)3).

    Own cost is what all earlier layers left, out-of-policy cost included (AMB-E1), of encounters that are entitled
    to aid (AMB-E6), without excluded cost (AMB-E15).
    """
    if layer.after not in course.entitled:
        return course.take(plan, 0, flags=("NO_BENEFIT",))
    own = max(0, course.left - course.claim.excluded_fen)
    if layer.base == "over_cap_only":
        own = min(own, course.aid_wanted[layer.after] - course.taken[layer.after])
    cumulated_before, cumulated = course.count(layer.own_cost_in, own)
    paid = course.balances.get(layer.paid_in, 0)
    if layer.counting == "per_stay":
        relief = band_amount(layer.bands, own)
    else:
        relief = max(0, band_amount(layer.bands, cumulated) - paid)
    on_bill = min(relief, own)
    payout = relief - on_bill if layer.beyond_bill == "cash_payout" else 0
    course.count(layer.paid_in, on_bill + payout)
    return course.take(
        plan,
        on_bill,
        base_fen=own,
        asked_fen=relief,
        accumulator=layer.own_cost_in,
        before_fen=cumulated_before,
        after_fen=cumulated,
        payout_fen=payout,
    )


def segmented_amount(
    segments: Iterable[Segment], deductible_fen: int, tilt: tuple[int, int], cumulated_fen: int
) -> int:
    """What the segments pay for a cumulated base: the deductible is cut out of the first ones, upper edges included.

    Each segment is rounded half up to the fen. ``tilt`` is added to every rate, as a fraction.
    """
    paid, lower = 0, 0
    for segment in segments:
        upper = cumulated_fen if segment.upto_yuan is None else min(cumulated_fen, fen_from_yuan(segment.upto_yuan))
        part = max(0, upper - max(lower, deductible_fen))
        points, hundredths = Decimal(segment.percent).as_integer_ratio()
        numerator = points * tilt[1] + tilt[0] * hundredths * 100
        paid += divide(part * numerator, hundredths * 100 * tilt[1], Rounding.HALF_UP)
        lower = max(lower, upper)
    return paid


def segmented_increment(
    segments: Iterable[Segment],
    deductible_fen: int,
    tilt: tuple[int, int],
    cap_fen: int,
    *,
    cumulated_fen: int,
    paid_fen: int,
) -> int:
    """What a year's base gives, up to the yearly cap, less what was paid this year; never below 0."""
    due = min(segmented_amount(segments, deductible_fen, tilt, cumulated_fen), cap_fen)
    return max(0, due - paid_fen)


def segmented_rate(course: Course, plan: LayerPlan, layer: SegmentedRate) -> LayerTrace:
    """What the year's base gives by segments, up to the yearly cap, less what was paid this year.

    The base is P - BMI. The result depends only on the year's sum, not on how it is cut into bills.
    """
    deductible, cap = course.figure(plan, "deductible_yuan"), course.figure(plan, "yearly_cap_yuan")
    tilt = plan.figures.get("tilt_percent")
    if isinstance(deductible, NoBenefit) or isinstance(cap, NoBenefit):
        return course.take(plan, 0, flags=("NO_BENEFIT",))
    base = course.compliant_own_fen
    before, cumulated = course.count(layer.base_in, base)
    points = (tilt.numerator, tilt.denominator) if isinstance(tilt, Figure) else (0, 1)
    due = segmented_increment(
        layer.segments,
        deductible.numerator,
        points,
        cap.numerator,
        cumulated_fen=cumulated,
        paid_fen=course.balances.get(layer.paid_in, 0),
    )
    amount = min(due, course.left)
    course.count(layer.paid_in, amount)
    return course.take(
        plan,
        amount,
        base_fen=base,
        cap_fen=cap.numerator,
        accumulator=layer.base_in,
        before_fen=before,
        after_fen=cumulated,
    )
