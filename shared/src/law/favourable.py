"""The better rule: where a county keeps an older rule beside a newer one, the patient gets the better (AMB-D6)."""

from collections.abc import Mapping, Sequence

import msgspec

from kernel.values.refusals import Refused
from law.claim import AmountsMissingError, Claim
from law.packs import Policy, Situation
from law.standing import Standing, effective_category
from law.trace import Adjudication
from law.waterfall import adjudicate


def most_favourable(
    claim: Claim, standing: Standing, balances: Mapping[str, int], policies: Sequence[Policy]
) -> tuple[Policy, Adjudication]:
    """Settle under the policy that leaves the patient least to pay; the first one (the county's) wins a tie.

    ``policies`` are what is in force at a place on a day, the county's before the city's and the province's, one for
    each (``PackLibrary.newest``). A policy that does not know a payer who gave money cannot settle the bill and is
    passed over; any other refusal stands, for a comparison against a policy that lacks a figure would be a guess. What
    the patient pays also counts in the yearly caps of the policies that were not taken. Raises Refused.
    """
    assert policies, "someone must be asked; the library refuses a place without a policy"
    if len(policies) == 1:
        return policies[0], adjudicate(claim, standing, balances, policies[0])
    best = _best(claim, standing, balances, policies)
    others = [policy for policy in policies if policy is not best[0]]
    return best[0], _counted_elsewhere(claim, standing, best, others)


def _best(
    claim: Claim, standing: Standing, balances: Mapping[str, int], rivals: Sequence[Policy]
) -> tuple[Policy, Adjudication]:
    best: tuple[Policy, Adjudication] | None = None
    first_refusal: Refused | None = None
    lacking: dict[str, str] = {}
    for policy in rivals:
        try:
            result = adjudicate(_as_known_to(policy, claim), standing, balances, policy)
        except AmountsMissingError as missing:
            lacking |= missing.names
            continue
        except Refused as refused:
            if refused.code != "PAYER_UNKNOWN":
                raise
            first_refusal = first_refusal or refused
            continue
        if best is None or _burden(result) < _burden(best[1]):
            best = policy, result
    if lacking:
        # The amounts that another rival lacks are missing, too: the window asks for all of them once.
        raise AmountsMissingError(lacking)
    if best is None:
        assert first_refusal is not None
        raise first_refusal
    return best


def _as_known_to(policy: Policy, claim: Claim) -> Claim:
    # A payer who gave nothing may be left out; one who gave money makes a policy that does not know it refuse.
    given = {payer: amount for payer, amount in claim.given_fen.items() if amount or payer in policy.outer_payers}
    return msgspec.structs.replace(claim, given_fen=given)


def _burden(result: Adjudication) -> int:
    return result.patient_pays_fen - result.payout_fen


def _counted_elsewhere(
    claim: Claim, standing: Standing, best: tuple[Policy, Adjudication], others: Sequence[Policy]
) -> Adjudication:
    # 000 一(二)2 counts "what the person really pays in the year", whichever document decided how much that is.
    policy, result = best
    before, after = dict(result.before_fen), dict(result.after_fen)
    for other in others:
        for name, left_out_fen in _personal_counters(claim, standing, other):
            if name not in policy.accumulators:
                before.setdefault(name, 0)
                after[name] = before[name] + max(0, result.patient_pays_fen - left_out_fen)
    return msgspec.structs.replace(result, before_fen=before, after_fen=after)


def _personal_counters(claim: Claim, standing: Standing, policy: Policy) -> list[tuple[str, int]]:
    """The counters of own payments, each with how much of the bill is none of its layer's."""
    category = effective_category(standing, policy.file, claim.entitled_from, claim.discharged_on)
    plans = policy.plan(Situation(category, claim.kind, claim.place, claim.level))
    named = [
        (layer.own_payments_in(plan), layer.left_out(claim))
        for layer, plan in zip(policy.file.layers, plans, strict=True)
        if plan.applies
    ]
    return [(name, left_out) for name, left_out in named if name is not None]
