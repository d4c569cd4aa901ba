"""Conditions on a claim: causes that are not aided, the referral, the certification, admission without a deposit."""

from law.claim import Claim
from law.packs import Policy
from law.packs.population import Exclusions, TreatFirst
from law.packs.rules import Certification


def withheld_layers(claim: Claim, policy: Policy) -> dict[str, str]:
    """The payers that must not pay for this claim, each with the reason's clause (such as 004 八(一))."""
    exclusions = policy.file.exclusions
    if exclusions is None:
        return {}
    reasons = {claim.cause}
    if not is_designated(claim, exclusions):
        reasons.add("not_designated")
    if not claim.valid_invoice:
        reasons.add("no_formal_invoice")
    exceptions = {"mental_disorder"} if claim.mental_disorder else set()
    for exclusion in exclusions.reasons:
        if exclusion.reason in reasons and exclusion.unless not in exceptions:
            return dict.fromkeys(exclusions.withhold, exclusion.clause)
    return {}


def is_designated(claim: Claim, exclusions: Exclusions) -> bool:
    """协议定点: by the day of admission, or by that of discharge where the pack reads so (AMB-X10)."""
    by_admission = exclusions.contract_counted_by == "admission" and claim.designated_at_admission is not None
    return bool(claim.designated_at_admission) if by_admission else claim.designated


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


def is_backdated(claim: Claim) -> bool:
    """Whether the approval bears an earlier day than that on which it was entered: for the agency to look at."""
    approved, entered = claim.referral_approved_on, claim.referral_entered_on
    return approved is not None and entered is not None and approved < entered


def certification_asked(claim: Claim, policy: Policy) -> Certification | None:
    """The rule where the document asks that such a visit rests on a certification (003 三(八))."""
    rule = policy.file.certification
    return rule if rule is not None and claim.kind in rule.required_for else None


def is_treated_first(claim: Claim, category: str | None, rule: TreatFirst) -> bool:
    """先诊疗后付费: the poor where the document says, and anyone with a major disease where it is designated."""
    poor = (
        category is not None
        and claim.kind in rule.kinds
        and claim.place in rule.places
        and (not rule.levels or claim.level in rule.levels)
    )
    return poor or (rule.major_disease and claim.major_disease and claim.designated_for_major)
