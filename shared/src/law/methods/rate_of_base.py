"""Rate of base: aid as a rate of the compliant cost that the insurances leave, up to a limit of the year."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from typing_extensions import override

from kernel.values.money import Rounding, divide, share_of
from law.course import Course
from law.figures import NoBenefit
from law.methods.declared import YEARLY_CAP, Table
from law.methods.layer import Layer
from law.methods.sentences import limit_left, yuan
from law.plan import LayerPlan
from law.rows import CountedIn, Row
from law.trace import LayerTrace


class RateOfBase(Layer, tag="rate_of_base", frozen=True, kw_only=True):
    """A rate of the compliant cost left after the outer insurances, up to a yearly cap."""

    rate_percent: tuple[Row, ...]
    yearly_cap_yuan: tuple[Row, ...]
    counted_in: tuple[CountedIn, ...]
    #: A limit over several accumulators together, where there is one (AMB-E4).
    joint_cap_yuan: tuple[Row, ...] = ()
    joint_cap_in: tuple[str, ...] = ()

    ON_OWN_COST = True
    TABLES = (
        Table("rate_percent", "救助比例 rate"),
        YEARLY_CAP,
        Table("joint_cap_yuan", "合计年度限额 joint limit of the year", optional=True, nothing="none 无此限额"),
    )
    DESCRIPTION = (
        "The rate times the compliant cost (合规费用) that the insurances leave to the person, rounded half up to the "
        "fen, as far as the limit of the year reaches."
    )

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """min(half-up(compliant own cost × rate), yearly cap - paid this year, what is left) (004 三(二)1-2).

        Own cost is P - BMI - CII in fen. Aid is counted in the yearly accumulator of its route.
        """
        rate, cap = course.figure(plan, "rate_percent"), course.figure(plan, "yearly_cap_yuan")
        if isinstance(rate, NoBenefit) or isinstance(cap, NoBenefit):
            ended = rate if isinstance(rate, NoBenefit) else cap
            return course.take(plan, 0, clause=ended.clause, flags=("NO_BENEFIT",))
        accumulator = course.counter(plan)
        course.entitled.add(self.payer)
        base = course.compliant_own_fen
        wanted = divide(base * rate.numerator, rate.denominator, Rounding.HALF_UP)
        rest = max(0, cap.numerator - course.balances.get(accumulator, 0))
        if self.joint_cap_yuan:
            rest = min(rest, self._joint_rest(course, plan))
        amount = min(wanted, rest, course.left)
        course.aid_wanted[self.payer] = wanted
        before, after = course.count(accumulator, amount)
        return course.take(
            plan,
            amount,
            clause=rate.clause,
            base_fen=base,
            percent=rate.text,
            cap_fen=cap.numerator,
            accumulator=accumulator,
            before_fen=before,
            after_fen=after,
            flags=("CAP_REACHED",) if wanted > rest else (),
        )

    def _joint_rest(self, course: Course, plan: LayerPlan) -> int:
        """What is left of a limit over several accumulators together; without one, as much as the bill (AMB-E4)."""
        joint = course.figure(plan, "joint_cap_yuan")
        if isinstance(joint, NoBenefit):
            return course.left
        return max(0, joint.numerator - sum(course.balances.get(name, 0) for name in self.joint_cap_in))

    @override
    def accumulators(self) -> Iterator[tuple[str, str]]:
        yield from super().accumulators()
        for j, name in enumerate(self.joint_cap_in):
            yield f"joint_cap_in[{j}]", name

    @override
    def reason(self, trace: LayerTrace) -> str:
        base = f"前面报销后，可报销范围内还有 {yuan(trace.base_fen)} 元要您承担，按 {trace.percent}% 救助"
        if "CAP_REACHED" not in trace.flags:
            return f"{base}。"
        wanted = share_of(trace.base_fen or 0, Decimal(trace.percent or "0").scaleb(-2), Rounding.HALF_UP)
        return f"{base}应为 {yuan(wanted)} 元，但今年的救助限额只剩 {yuan(trace.amount_fen)} 元。"

    @override
    def remains(self, trace: LayerTrace, _after_fen: Mapping[str, int]) -> Iterator[str]:
        yield limit_left(self.name, trace.cap_fen, trace.after_fen)
