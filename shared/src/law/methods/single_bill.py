"""The methods: how each kind of layer works out its part. Pure sums in whole fen, every rounding named."""

from kernel.values.money import Rounding, divide
from kernel.values.refusals import Refused
from law.course import Course
from law.packs import LayerPlan
from law.packs.figures import NoBenefit
from law.packs.layers import CatalogueExcess, ExcessOverYearlyLine, Given, RateOfBase, ShareCeiling, YearlyPersonalCap
from law.trace import LayerTrace


def given(course: Course, plan: LayerPlan, layer: Given) -> LayerTrace:
    """min(amount that the outer payer gave, what is left); flagged OVERCLAIM where it gave more (AMB-X5)."""
    payer = layer.payer
    asked = course.claim.given_fen.get(payer, 0 if layer.optional else None)
    if asked is None:
        raise Refused(
            "PAYER_AMOUNT_MISSING",
            f"the claim has no amount of {payer} ({plan.layer.name}); send 0.00 where it pays nothing",
            about={"payer": payer},
        )
    amount = min(asked, course.left)
    return course.take(plan, amount, asked_fen=asked, flags=("OVERCLAIM",) if asked > amount else ())


def rate_of_base(course: Course, plan: LayerPlan, layer: RateOfBase) -> LayerTrace:
    """min(half-up(compliant own cost × rate), yearly cap - paid this year, what is left) (004 三(二)1-2).

    Own cost is P - BMI - CII in fen. Aid is counted in the yearly accumulator of its route.
    """
    rate, cap = course.figure(plan, "rate_percent"), course.figure(plan, "yearly_cap_yuan")
    if isinstance(rate, NoBenefit) or isinstance(cap, NoBenefit):
        ended = rate if isinstance(rate, NoBenefit) else cap
        return course.take(plan, 0, clause=ended.clause, flags=("NO_BENEFIT",))
    accumulator = course.counter(plan)
    course.entitled.add(layer.payer)
    base = course.compliant_own_fen
    wanted = divide(base * rate.numerator, rate.denominator, Rounding.HALF_UP)
    rest = max(0, cap.numerator - course.balances.get(accumulator, 0))
    if layer.joint_cap_yuan:
        rest = min(rest, _joint_rest(course, plan, layer))
    amount = min(wanted, rest, course.left)
    course.aid_wanted[layer.payer] = wanted
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


def _joint_rest(course: Course, plan: LayerPlan, layer: RateOfBase) -> int:
    """What is left of a limit over several accumulators together; without one, as much as the bill (AMB-E4)."""
    joint = course.figure(plan, "joint_cap_yuan")
    if isinstance(joint, NoBenefit):
        return course.left
    return max(0, joint.numerator - sum(course.balances.get(name, 0) for name in layer.joint_cap_in))


def share_ceiling(course: Course, plan: LayerPlan, layer: ShareCeiling) -> LayerTrace:
    """max(0, what is left - floor(total × ceiling)): a share "not higher than" (000 二(二), 003 二(六))."""
    ceiling = course.figure(plan, "ceiling_percent")
    if isinstance(ceiling, NoBenefit):
        return course.take(plan, 0, clause=ceiling.clause, flags=("NO_BENEFIT",))
    base = course.claim.total_fen
    if layer.ceiling_of == "total_less_hospital_part":
        base -= course.hospital_part
    share = divide(base * ceiling.numerator, ceiling.denominator, Rounding.DOWN)
    amount = max(0, course.left - share)
    return course.take(plan, amount, clause=ceiling.clause, base_fen=base, percent=ceiling.text, cap_fen=share)


def yearly_personal_cap(course: Course, plan: LayerPlan, layer: YearlyPersonalCap) -> LayerTrace:
    """What is left - max(0, cap - own payments of the year), at least 0; the rest is own payment (000 一(二)2)."""
    cap = course.figure(plan, "yearly_cap_yuan")
    if isinstance(cap, NoBenefit):
        return course.take(plan, 0, clause=cap.clause, flags=("NO_BENEFIT",))
    accumulator = course.counter(plan)
    if layer.counter == "per_level":
        accumulator = f"{accumulator}.{cap.text}"
    rest = max(0, cap.numerator - course.balances.get(accumulator, 0))
    pays = min(course.left, rest)
    before, after = course.count(accumulator, pays)
    return course.take(
        plan,
        course.left - pays,
        clause=cap.clause,
        base_fen=course.left,
        cap_fen=cap.numerator,
        accumulator=accumulator,
        before_fen=before,
        after_fen=after,
    )


def excess_over_yearly_line(course: Course, plan: LayerPlan, _layer: ExcessOverYearlyLine) -> LayerTrace:
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


def catalogue_excess(course: Course, plan: LayerPlan, layer: CatalogueExcess) -> LayerTrace:
    """max(0, out-of-catalogue cost - floor(total × allowed share)) is borne by the hospital (003 二(七)).

    Nothing where the departments named in the pack approved the special case; over-limit prices count as
    in-catalogue (AMB-D2b).
    """
    allowed = course.figure(plan, "allowed_percent")
    out = course.claim.out_of_catalogue_fen
    if out is None:
        raise Refused(
            "CATALOGUE_COST_MISSING",
            f"{course.policy.policy_id} limits cost outside the catalogue (目录外); the claim must state it",
        )
    given_by = [department in course.claim.exception_approved_by for department in layer.approval_by]
    approved = all(given_by) if layer.approval == "both_departments" else any(given_by)
    if isinstance(allowed, NoBenefit) or approved:
        return course.take(plan, 0, base_fen=out, flags=("EXCEPTION_APPROVED",) if approved else ("NO_BENEFIT",))
    limit = divide(course.claim.total_fen * allowed.numerator, allowed.denominator, Rounding.DOWN)
    amount = min(max(0, out - limit), course.left)
    course.hospital_part += amount
    return course.take(plan, amount, clause=allowed.clause, base_fen=out, percent=allowed.text, cap_fen=limit)
