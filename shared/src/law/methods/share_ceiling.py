"""Share ceiling: the patient's share of the bill is not higher than a part of it."""

from collections.abc import Iterator
from typing import Literal, get_args

from typing_extensions import override

from kernel.values.money import Rounding, divide
from law.claim import Claim
from law.course import Course
from law.figures import NoBenefit
from law.methods.declared import LEFT_OUT, Choice, LeavesOut, Table
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.rows import Row
from law.trace import LayerTrace

_CeilingOf = Literal["gross_total", "total_less_hospital_part"]


class ShareCeiling(Layer, tag="share_ceiling", frozen=True, kw_only=True):
    """Pays what is left above a ceiling of the patient's share of the total."""

    ceiling_percent: tuple[Row, ...]
    ceiling_of: _CeilingOf = "gross_total"
    #: Whether cost that the bill marks as none of such aid's stays with the patient beside the share.
    leaves_out: LeavesOut = "nothing"

    TABLES = (Table("ceiling_percent", "个人负担上限 share at most"),)
    CHOICES = (
        Choice(
            ambiguity="D1",
            parameter="ceiling_of",
            readings=get_args(_CeilingOf),
            asks="10 % of the bill, or of the bill without the hospital's part?",
            otherwise="without the hospital's part",
        ),
    )
    DESCRIPTION = (
        "The patient's share is not higher than the given part of the bill, rounded down to the fen; this payer takes "
        "what is above."
    )

    @override
    def left_out(self, claim: Claim) -> int:
        return claim.excluded_fen if self.leaves_out == "excluded" else 0

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """max(0, what is left - floor(total × ceiling)): a share "not higher than" (000 二(二), 003 二(六)).

        What is left out of the bill is neither in the total nor in what is left.
        """
        ceiling = course.figure(plan, "ceiling_percent")
        if isinstance(ceiling, NoBenefit):
            return course.take(plan, 0, clause=ceiling.clause, flags=("NO_BENEFIT",))
        left_out = self.left_out(course.claim)
        base = course.claim.total_fen - left_out
        if self.ceiling_of == "total_less_hospital_part":
            base -= course.hospital_part
        share = divide(base * ceiling.numerator, ceiling.denominator, Rounding.DOWN)
        amount = max(0, course.left - left_out - share)
        return course.take(plan, amount, clause=ceiling.clause, base_fen=base, percent=ceiling.text, cap_fen=share)

    @override
    def facts(self) -> Iterator[str]:
        if self.leaves_out == "excluded":
            yield LEFT_OUT

    @override
    def reason(self, trace: LayerTrace) -> str:
        share = f"{yuan(trace.base_fen)} 元的 {trace.percent}%，也就是 {yuan(trace.cap_fen)} 元"
        return f"您自己付的不超过 {share}，多出的由它承担。"
