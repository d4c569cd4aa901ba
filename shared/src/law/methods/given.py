"""Given: an amount that an outer payer has worked out by its own rules."""

from collections.abc import Iterator

from typing_extensions import override

from law.course import Course
from law.methods.layer import Layer
from law.methods.sentences import yuan
from law.plan import LayerPlan
from law.trace import LayerTrace


class Given(Layer, tag="given", frozen=True, kw_only=True):
    """An amount that an outer payer has worked out, clipped to what is left."""

    #: May be left out of a claim, which then means nothing.
    optional: bool = False
    #: The departments that may tell its amount themselves, as their tokens name them; what they told counts.
    told_by: tuple[str, ...] = ()
    #: Without it the amount is given elsewhere, where no hospital can know it: only ``told_by`` tell it.
    hospital_tells: bool = True

    TOLD = True
    DESCRIPTION = (
        "The payer works its amount out by its own rules and tells it; it is never more than what is left of the bill."
    )

    @override
    def must_be_told(self) -> bool:
        return not self.optional

    @override
    def tellers(self) -> tuple[str, ...]:
        return self.told_by

    @override
    def is_told_elsewhere(self) -> bool:
        return not self.hospital_tells

    @override
    def faults(self, _before: object) -> Iterator[tuple[str, str]]:
        if not self.hospital_tells and not self.told_by:
            yield "told_by", "name the departments that tell what the hospital does not"

    @override
    def facts(self) -> Iterator[str]:
        if self.told_by:
            alone = "" if self.hospital_tells else ", not the hospital"
            yield f"told by {', '.join(self.told_by)}{alone}"

    @override
    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """min(amount that the outer payer gave, what is left); flagged OVERCLAIM where it gave more (AMB-X5)."""
        asked = course.claim.given_fen.get(self.payer, 0 if self.optional else None)
        assert asked is not None, "the waterfall asks for all amounts that must be told before the first layer"
        amount = min(asked, course.left)
        return course.take(plan, amount, asked_fen=asked, flags=("OVERCLAIM",) if asked > amount else ())

    @override
    def reason(self, trace: LayerTrace) -> str:
        if "OVERCLAIM" in trace.flags:
            return f"它核定了 {yuan(trace.asked_fen)} 元，但账单只剩 {yuan(trace.left_before_fen)} 元要付。"
        return "由它按自己的规定核定。"
