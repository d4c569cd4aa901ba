"""Excess over a yearly line: the person's own compliant cost of the year is paid above a line."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from typing_extensions import override

from kernel.values.money import yuan_from_fen
from law.course import Course
from law.figures import NoBenefit
from law.methods.declared import Table
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import CountedIn, Row
from law.trace import LayerTrace


class ExcessOverYearlyLine(Layer, tag="excess_over_yearly_line", frozen=True, kw_only=True):
    """Pays the part of the year's own compliant cost that lies above a line."""

    line_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]

    ON_OWN_COST = True
    TABLES = (Table("line_yuan", "年度起付线 line of the year"),)
    WHY_NOTHING = MappingProxyType({"NOT_COUNTED": "这类就医不在它的支付范围内。"})
    DESCRIPTION = (
        "The person's own compliant cost is added up over the year; this payer takes the part above the line. How the "
        "year is cut into bills does not matter."
    )

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """max(0, cumulated own compliant cost - line), less the same before this claim (002 三(一)).

        Depends only on the year's sum, so the order and the size of the bills do not matter. Encounters that are not
        counted (AMB-C4: 住院) neither feed the line nor are paid above it.
        """
        if plan.counted_in is None:
            return course.take(plan, 0, flags=("NOT_COUNTED",))
        line = course.figure(plan, "line_yuan")
        if isinstance(line, NoBenefit):
            return course.take(plan, 0, clause=line.clause, flags=("NO_BENEFIT",))
        base = course.compliant_own_fen
        before, after = course.count(plan.counted_in, base)
        wanted = max(0, after - line.numerator) - max(0, before - line.numerator)
        return course.take(
            plan,
            min(wanted, course.left),
            clause=line.clause,
            base_fen=base,
            cap_fen=line.numerator,
            accumulator=plan.counted_in,
            before_fen=before,
            after_fen=after,
        )

    @override
    def reason(self, trace: LayerTrace) -> str:
        return (
            f"您今年自己承担的可报销费用累计 {yuan(trace.after_fen)} 元，超过 {yuan(trace.cap_fen)} 元的部分"
            "由它承担，以前已经付过的不重复计算。"
        )

    @override
    def remains(self, trace: LayerTrace, _after_fen: Mapping[str, int]) -> Iterator[str]:
        used, line = trace.after_fen or 0, trace.cap_fen or 0
        sums = f"今年您自己承担的可报销费用累计 {yuan_from_fen(used)} 元"
        if used < line:
            missing = yuan_from_fen(line - used)
            yield f"{sums}，再有 {missing} 元就到 {yuan_from_fen(line)} 元，再往上的由{self.name}承担。"
        else:
            yield f"{sums}，已经到了 {yuan_from_fen(line)} 元，今年再发生的这类费用由{self.name}承担。"
