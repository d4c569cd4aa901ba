"""Segmented rate: critical-illness insurance, by segments of the year's cost that basic insurance leaves."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from typing_extensions import override

from kernel.values.money import Rounding, divide, fen_from_yuan
from law.course import Course
from law.figures import Figure, NoBenefit
from law.methods.declared import YEARLY_CAP, Step, Table
from law.methods.layer import Layer
from law.methods.sentences import limit_left, yuan
from law.plan import LayerPlan
from law.rows import Part, Row
from law.trace import LayerTrace

_SEGMENTS: Final = Table("segments", "分段比例 rate of the segment")


class Segment(Part, frozen=True, kw_only=True):
    """A rate for the part of the cumulated base up to an amount (included); null is without end."""

    upto_yuan: str | None
    percent: str


class SegmentedRate(Layer, tag="segmented_rate", frozen=True, kw_only=True):
    """Critical-illness insurance: rates by bands over the year's cumulated base, with deductible and cap."""

    deductible_yuan: tuple[Row, ...]
    yearly_cap_yuan: tuple[Row, ...]
    segments: tuple[Segment, ...]
    segments_from: date
    base_in: str
    paid_in: str
    #: Percentage points that the poor get on top of every rate.
    tilt_percent: tuple[Row, ...] = ()

    ON_OWN_COST = True
    TABLES = (
        Table("tilt_percent", "比例提高 points on top of each rate", optional=True),
        YEARLY_CAP,
        Table("deductible_yuan", "起付线 deductible"),
    )
    DESCRIPTION = (
        "The cost that basic insurance leaves is added up over the year; above the deductible each segment has its "
        "rate, up to the limit of the year. How the year is cut into bills does not matter."
    )

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """What the year's base gives by segments, up to the yearly cap, less what was paid this year.

        The base is P - BMI. The result depends only on the year's sum, not on how it is cut into bills.
        """
        deductible, cap = course.figure(plan, "deductible_yuan"), course.figure(plan, "yearly_cap_yuan")
        tilt = plan.figures["tilt_percent"]
        if isinstance(deductible, NoBenefit) or isinstance(cap, NoBenefit):
            return course.take(plan, 0, flags=("NO_BENEFIT",))
        base = course.compliant_own_fen
        before, cumulated = course.count(self.base_in, base)
        points = (tilt.numerator, tilt.denominator) if isinstance(tilt, Figure) else (0, 1)
        due = segmented_increment(
            self.segments,
            deductible.numerator,
            points,
            cap.numerator,
            cumulated_fen=cumulated,
            paid_fen=course.balances.get(self.paid_in, 0),
        )
        amount = min(due, course.left)
        course.count(self.paid_in, amount)
        return course.take(
            plan,
            amount,
            base_fen=base,
            cap_fen=cap.numerator,
            accumulator=self.base_in,
            before_fen=before,
            after_fen=cumulated,
        )

    @override
    def accumulators(self) -> Iterator[tuple[str, str]]:
        yield "paid_in", self.paid_in
        yield "base_in", self.base_in

    @override
    def faults(self, _before: object) -> Iterator[tuple[str, str]]:
        if not self.segments or self.segments[-1].upto_yuan is not None:
            yield "segments", "the last segment must be without end: upto_yuan: null"
        uppers = [None if s.upto_yuan is None else fen_from_yuan(s.upto_yuan) for s in self.segments[:-1]]
        if None in uppers or uppers != sorted(set(uppers), key=lambda upper: upper or 0):
            yield "segments", "segments must rise, each upto_yuan above the one before"

    @override
    def steps(self) -> Iterator[Step]:
        for segment in self.segments:
            whom = "above" if segment.upto_yuan is None else f"up to {segment.upto_yuan} 元 (included)"
            yield Step(_SEGMENTS, whom, f"{segment.percent}%", self.segments_from)

    @override
    def facts(self) -> Iterator[str]:
        yield f"the base is added up in `{self.base_in}`, what it paid in `{self.paid_in}`"

    @override
    def reason(self, trace: LayerTrace) -> str:
        return f"您今年的可报销费用经前面报销后累计 {yuan(trace.after_fen)} 元，按分段比例计算。"

    @override
    def remains(self, trace: LayerTrace, after_fen: Mapping[str, int]) -> Iterator[str]:
        yield limit_left(self.name, trace.cap_fen, after_fen.get(self.paid_in, 0))


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
