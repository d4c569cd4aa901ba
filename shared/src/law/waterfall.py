"""The waterfall: every layer of a policy in its order, each on what the earlier ones left."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from kernel.values.refusals import Refused
from law.claim import AmountsMissingError, Claim, check
from law.conditions import certification_asked, has_referral, is_backdated, is_treated_first, withheld_layers
from law.course import Course
from law.methods.layer import Layer
from law.packs import LayerPlan, Policy, Situation
from law.packs.rules import Certification
from law.standing import Standing, effective_category
from law.trace import Adjudication, LayerTrace

#: The flag of a layer that paid because of a certification.
CERTIFIED: Final = "CERTIFIED"


class _Bars(msgspec.Struct, frozen=True):
    """What may keep a payer from paying for this claim."""

    #: Payers that do not pay for its cause, each with the clause.
    withheld: Mapping[str, str]
    #: The clause that asks for the referral which the claim does not have.
    no_referral: str | None
    #: The rule by which such care rests on a certification.
    certification: Certification | None


def adjudicate(claim: Claim, standing: Standing, balances: Mapping[str, int], policy: Policy) -> Adjudication:
    """Settle one bill: who pays which fen by which clause, and what the yearly accumulators come to.

    ``balances`` are the person's accumulators of the year of discharge (AMB-X3), in fen; missing ones are 0.
    Raises Refused for a claim that cannot be right, and for a figure that is not in force.
    """
    check(claim)
    _check_payers(claim, policy)
    file = policy.file
    category = effective_category(standing, file, claim.entitled_from, claim.discharged_on)
    # Accumulators that this pack does not know belong to another pack of the same year: they stay as they are.
    before = {**dict.fromkeys(policy.accumulators, 0), **balances}
    course = Course(claim, category, before.copy(), policy.citation)
    referred = has_referral(claim, policy)
    plans = policy.plan(Situation(category, claim.kind, claim.place, claim.level))
    bars = _bars(claim, policy, referred=referred)
    _check_told(claim, zip(file.layers, plans, strict=True), bars)
    layers = tuple(_layer(course, layer, plan, bars) for layer, plan in zip(file.layers, plans, strict=True))
    assert claim.total_fen == sum([layer.amount_fen for layer in layers]) + course.left, "a fen was lost or made"
    prepaid = claim.patient_prepaid_fen
    return Adjudication(
        policy_id=policy.policy_id,
        document=file.document.number,
        category=category,
        total_fen=claim.total_fen,
        layers=layers,
        patient_pays_fen=course.left,
        before_fen=before,
        after_fen=course.balances,
        payout_fen=sum([layer.payout_fen for layer in layers]),
        refund_to_patient_fen=max(0, prepaid - course.left) if prepaid is not None else 0,
        flags=_flags(claim, category, policy, referred=referred),
    )


def _check_payers(claim: Claim, policy: Policy) -> None:
    for payer in claim.given_fen:
        if payer not in policy.outer_payers:
            raise Refused(
                "PAYER_UNKNOWN",
                f"{policy.policy_id} takes no amount from {payer}; outer payers are {', '.join(policy.outer_payers)}",
                about={"payer": payer},
            )


def _check_told(claim: Claim, planned: Iterable[tuple[Layer, LayerPlan]], bars: _Bars) -> None:
    lacking = {
        layer.payer: layer.name
        for layer, plan in planned
        if layer.must_be_told() and layer.payer not in claim.given_fen and _barred(plan, bars, claim) is None
    }
    if lacking:
        raise AmountsMissingError(lacking)


def _bars(claim: Claim, policy: Policy, *, referred: bool) -> _Bars:
    rule = policy.file.referral
    no_referral = None if referred or rule is None else rule.clause
    return _Bars(withheld_layers(claim, policy), no_referral, certification_asked(claim, policy))


def _flags(claim: Claim, category: str | None, policy: Policy, *, referred: bool) -> dict[str, bool]:
    rule, treat_first = policy.file.referral, policy.file.treat_first
    flags = dict.fromkeys(rule.flags, referred) if rule is not None else {}
    if rule is not None and is_backdated(claim):
        flags["referral_backdated"] = True
    if treat_first is not None:
        flags["treat_first_pay_later"] = is_treated_first(claim, category, treat_first)
    return flags


def _layer(course: Course, layer: Layer, plan: LayerPlan, bars: _Bars) -> LayerTrace:
    barred = _barred(plan, bars, course.claim)
    if barred is not None:
        flag, clause = barred
        return course.take(plan, 0, clause=clause, flags=(flag,))
    trace = layer.work_out(course, plan)
    return trace if bars.certification is None else _certified(trace, course.claim, bars.certification)


def _barred(plan: LayerPlan, bars: _Bars, claim: Claim) -> tuple[str, str | None] | None:
    """Why a payer does not come to its sum at all, and by which clause if not by that of its layer."""
    if plan.payer in bars.withheld:
        return "EXCLUDED", bars.withheld[plan.payer]
    if not plan.applies:
        return "NOT_SERVED", None
    if plan.needs_referral and bars.no_referral is not None:
        return "NO_REFERRAL", bars.no_referral
    rule = bars.certification
    if rule is not None and claim.certificate is None and plan.payer in rule.withhold:
        return "NOT_CERTIFIED", rule.clause
    return None


def _certified(trace: LayerTrace, claim: Claim, rule: Certification) -> LayerTrace:
    """Mark the money that the hospital is refused should the certification be cancelled (003 三(九))."""
    if claim.certificate is None or trace.payer not in rule.refused or not trace.amount_fen:
        return trace
    return msgspec.structs.replace(trace, flags=(*trace.flags, CERTIFIED))
