"""Entitlement at the door: whether a person is admitted without a deposit, in which category and by which clause."""

from collections.abc import Sequence
from datetime import date

import msgspec

from kernel.policy_packs import Policy
from settlement.domain.benefit import Standing, effective_category


class AdmissionTerms(msgspec.Struct, frozen=True):
    """The answer at admission."""

    deposit_required: bool
    category: str | None
    clause: str | None


def admission_terms(standing: Standing, policy: Policy, kind: str, place: str, on: date) -> AdmissionTerms:
    """先诊疗后付费: no deposit for whom the policy serves, where the document extends that to the kind of care."""
    category = effective_category(standing, policy.file, on, on)
    rule = policy.file.treat_first
    if category is None or rule is None or kind not in rule.kinds or place not in rule.places:
        return AdmissionTerms(deposit_required=kind == "inpatient", category=category, clause=None)
    return AdmissionTerms(
        deposit_required=False, category=category, clause=f"{policy.file.document.cited_as} {rule.clause}"
    )


def best_terms(standing: Standing, policies: Sequence[Policy], kind: str, place: str, on: date) -> AdmissionTerms:
    """The terms of the first policy that asks for no deposit, or else of the first one (AMB-D6)."""
    terms = [admission_terms(standing, policy, kind, place, on) for policy in policies]
    return next((found for found in terms if not found.deposit_required and found.clause), terms[0])
