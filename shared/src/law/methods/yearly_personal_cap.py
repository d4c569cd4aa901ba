"""Yearly personal cap: what the person pays in the year is not higher than a limit by place and level."""

from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from typing_extensions import override

from kernel.values.money import yuan_from_fen
from law.claim import Claim
from law.course import Course
from law.figures import Figure, NoBenefit
from law.methods.declared import LEFT_OUT, YEARLY_CAP, Choice, LeavesOut
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import CountedIn, Row
from law.trace import LayerTrace

_Counter = Literal["single", "per_level"]


class YearlyPersonalCap(Layer, tag="yearly_personal_cap", frozen=True, kw_only=True):
    """Pays what would take the person's own payments of the year above a cap by place and level."""

    yearly_cap_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]
    #: AMB-L1: one counter for all levels, or one for each.
    counter: _Counter = "single"
    #: Whether cost that the bill marks as none of such aid's stays with the person, whatever the cap.
    leaves_out: LeavesOut = "nothing"

    TABLES = (YEARLY_CAP,)
    CHOICES = (
        Choice(
            ambiguity="L1",
            parameter="counter",
            readings=get_args(_Counter),
            asks="Are the yearly limits one counter or one for each level?",
            otherwise="a counter for each level",
        ),
    )
    DESCRIPTION = (
        "What the person has paid in the year and pays now is not higher than the limit; this payer takes what is "
        "above."
    )

    @override
    def left_out(self, claim: Claim) -> int:
        return claim.excluded_fen if self.leaves_out == "excluded" else 0

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """What is left - max(0, cap - own payments of the year), at least 0; the rest is own payment (000 一(二)2).

        What is left out of the bill stays with the person and is no own payment of the year.
        """
        cap = course.figure(plan, "yearly_cap_yuan")
        if isinstance(cap, NoBenefit):
            return course.take(plan, 0, clause=cap.clause, flags=("NO_BENEFIT",))
        accumulator = self._of_level(course.counter(plan), cap)
        rest = max(0, cap.numerator - course.balances.get(accumulator, 0))
        own = max(0, course.left - self.left_out(course.claim))
        pays = min(own, rest)
        before, after = course.count(accumulator, pays)
        return course.take(
            plan,
            own - pays,
            clause=cap.clause,
            base_fen=own,
            cap_fen=cap.numerator,
            accumulator=accumulator,
            before_fen=before,
            after_fen=after,
        )

    def _of_level(self, accumulator: str, cap: Figure) -> str:
        return f"{accumulator}.{cap.text}" if self.counter == "per_level" else accumulator

    @override
    def own_payments_in(self, plan: LayerPlan) -> str | None:
        cap = plan.figures["yearly_cap_yuan"]
        return self._of_level(plan.counted_in, cap) if plan.counted_in and isinstance(cap, Figure) else None

    @override
    def facts(self) -> Iterator[str]:
        if self.leaves_out == "excluded":
            yield LEFT_OUT

    @override
    def reason(self, trace: LayerTrace) -> str:
        most = max(0, (trace.cap_fen or 0) - (trace.before_fen or 0))
        return (
            f"您今年自己付的钱最多 {yuan(trace.cap_fen)} 元，以前已付 {yuan(trace.before_fen)} 元，"
            f"这次最多再付 {yuan(most)} 元，多出的由它承担。"
        )

    @override
    def remains(self, trace: LayerTrace, _after_fen: Mapping[str, int]) -> Iterator[str]:
        cap, used = trace.cap_fen or 0, trace.after_fen or 0
        yield (
            f"今年在这一级医院，您自己付的钱最多 {yuan_from_fen(cap)} 元；已经付了 {yuan_from_fen(used)} 元，"
            f"最多还要付 {yuan_from_fen(max(0, cap - used))} 元。"
        )
