"""The waterfall: every layer of a policy in its order, each on what the earlier ones left."""

from collections.abc import Mapping
from typing import Final, assert_never

import msgspec

from kernel.values.refusals import Refused
from law.claim import Claim, check
from law.course import Course
from law.methods import single_bill as methods
from law.methods.cumulative import banded_lump_sum, segmented_rate
from law.packs import LayerPlan, Policy, Situation
from law.packs.layers import (
    BandedLumpSum,
    CatalogueExcess,
    ExcessOverYearlyLine,
    Given,
    RateOfBase,
    SegmentedRate,
    ShareCeiling,
    YearlyPersonalCap,
)
from law.packs.population import TreatFirst
from law.packs.rules import Certification
from law.standing import Standing, effective_category
from law.trace import Adjudication, LayerTrace

#: The flag of a layer that paid because of a certification.
CERTIFIED: Final = "CERTIFIED"


def adjudicate(claim: Claim, standing: Standing, balances: Mapping[str, int], policy: Policy) -> Adjudication:
    """Settle one bill: who pays which fen by which clause, and what the yearly accumulators come to.

    ``balances`` are the person's accumulators of the year of discharge (AMB-X3), in fen; missing ones are 0.
    Raises Refused for a claim that cannot be right, and for a figure that is not in force.
    """
    check(claim)
    _check_payers(claim, policy)
    category = effective_category(standing, policy.file, claim.begins_on, claim.discharged_on)
    # Accumulators that this pack does not know belong to another pack of the same year: they stay as they are.
    before = dict.fromkeys(policy.accumulators, 0) | dict(balances)
    course = Course(claim, category, dict(before), policy)
    withheld = withheld_layers(claim, policy)
    referred = has_referral(claim, policy)
    plans = policy.plan(Situation(category, claim.kind, claim.place, claim.level))
    layers = tuple(_layer(course, plan, withheld, referred=referred) for plan in plans)
    assert claim.total_fen == sum(layer.amount_fen for layer in layers) + course.left, "a fen was lost or made"
    payout = sum(layer.payout_fen for layer in layers)
    prepaid = claim.patient_prepaid_fen
    return Adjudication(
        policy_id=policy.policy_id,
        document=policy.file.document.number,
        category=category,
        total_fen=claim.total_fen,
        layers=layers,
        patient_pays_fen=course.left,
        before_fen=before,
        after_fen=course.balances,
        payout_fen=payout,
        refund_to_patient_fen=max(0, prepaid - course.left) if prepaid is not None else 0,
        flags=_flags(claim, category, policy, referred=referred),
    )


def _check_payers(claim: Claim, policy: Policy) -> None:
    outer = [layer.payer for layer in policy.file.layers if isinstance(layer, Given)]
    for payer in claim.given_fen:
        if payer not in outer:
            raise Refused(
                "PAYER_UNKNOWN",
                f"{policy.policy_id} takes no amount from {payer}; outer payers are {', '.join(outer)}",
                about={"payer": payer},
            )


def withheld_layers(claim: Claim, policy: Policy) -> dict[str, str]:
    """The payers that must not pay for this claim, each with the reason's clause (such as 004 八(一))."""
    exclusions = policy.file.exclusions
    if exclusions is None:
        return {}
    reasons = {claim.cause}
    if not claim.designated:
        reasons.add("not_designated")
    if not claim.valid_invoice:
        reasons.add("no_formal_invoice")
    exceptions = {"mental_disorder"} if claim.mental_disorder else set()
    for exclusion in exclusions.reasons:
        if exclusion.reason in reasons and exclusion.unless not in exceptions:
            return dict.fromkeys(exclusions.withhold, exclusion.clause)
    return {}


def has_referral(claim: Claim, policy: Policy) -> bool:
    """In county, or referred with the approval not after admission and not run out (001 二(六), AMB-H5).

    True where the document knows no referral. An emergency counts as referred only where the pack says so.
    """
    rule = policy.file.referral
    if rule is None or claim.place == "in_county" or (claim.emergency and rule.emergency == "exempt"):
        return True
    approved = claim.referral_approved_on
    if approved is None:
        return False
    if claim.emergency and rule.emergency == "filed_afterwards":
        return True
    if approved > claim.begins_on:
        return False
    return rule.valid_days is None or (claim.begins_on - approved).days < rule.valid_days


def _flags(claim: Claim, category: str | None, policy: Policy, *, referred: bool) -> dict[str, bool]:
    rule, treat_first = policy.file.referral, policy.file.treat_first
    flags = dict.fromkeys(rule.flags, referred) if rule is not None else {}
    if treat_first is not None:
        flags["treat_first_pay_later"] = is_treated_first(claim, category, treat_first)
    return flags


def is_treated_first(claim: Claim, category: str | None, rule: TreatFirst) -> bool:
    """先诊疗后付费: the poor where the document says, and anyone with a major disease where it is designated."""
    poor = (
        category is not None
        and claim.kind in rule.kinds
        and claim.place in rule.places
        and (not rule.levels or claim.level in rule.levels)
    )
    return poor or (rule.major_disease and claim.major_disease and claim.designated_for_major)


def certification_asked(claim: Claim, policy: Policy) -> Certification | None:
    """The rule where the document asks that such a visit rests on a certification (003 三(八))."""
    rule = policy.file.certification
    return rule if rule is not None and claim.kind in rule.required_for else None


def _certified(claim: Claim, rule: Certification, layer: LayerTrace) -> LayerTrace:
    """Mark the money that the hospital is refused should the certification be cancelled (003 三(九))."""
    if claim.certificate is None or layer.payer not in rule.refused or not layer.amount_fen:
        return layer
    return msgspec.structs.replace(layer, flags=(*layer.flags, CERTIFIED))


def _layer(course: Course, plan: LayerPlan, withheld: Mapping[str, str], *, referred: bool) -> LayerTrace:
    payer = plan.layer.payer
    if payer in withheld:
        return course.take(plan, 0, clause=withheld[payer], flags=("EXCLUDED",))
    if not plan.applies:
        return course.take(plan, 0, flags=("NOT_SERVED",))
    if plan.needs_referral and not referred:
        assert course.policy.file.referral is not None
        return course.take(plan, 0, clause=course.policy.file.referral.clause, flags=("NO_REFERRAL",))
    rule = certification_asked(course.claim, course.policy)
    if rule is None:
        return _work_out(course, plan)
    if course.claim.certificate is None and payer in rule.withhold:
        return course.take(plan, 0, clause=rule.clause, flags=("NOT_CERTIFIED",))
    return _certified(course.claim, rule, _work_out(course, plan))


def _work_out(course: Course, plan: LayerPlan) -> LayerTrace:  # noqa: PLR0911 - one line for each method there is
    match plan.layer:
        case Given() as layer:
            return methods.given(course, plan, layer)
        case RateOfBase() as layer:
            return methods.rate_of_base(course, plan, layer)
        case ShareCeiling() as layer:
            return methods.share_ceiling(course, plan, layer)
        case YearlyPersonalCap() as layer:
            return methods.yearly_personal_cap(course, plan, layer)
        case ExcessOverYearlyLine() as layer:
            return methods.excess_over_yearly_line(course, plan, layer)
        case BandedLumpSum() as layer:
            return banded_lump_sum(course, plan, layer)
        case CatalogueExcess() as layer:
            return methods.catalogue_excess(course, plan, layer)
        case SegmentedRate() as layer:
            return segmented_rate(course, plan, layer)
        case _ as unknown:
            assert_never(unknown)
