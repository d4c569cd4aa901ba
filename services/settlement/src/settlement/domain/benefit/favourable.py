"""The better rule: where a county keeps an older rule beside a newer one, the patient gets the better (AMB-D6)."""

from collections.abc import Mapping, Sequence

import msgspec

from kernel.policy_packs import Policy
from kernel.policy_packs.layers import Given
from kernel.refusals import Refused
from settlement.domain.benefit.claim import Claim
from settlement.domain.benefit.standing import Standing
from settlement.domain.benefit.trace import Adjudication
from settlement.domain.benefit.waterfall import adjudicate


def most_favourable(
    claim: Claim, standing: Standing, balances: Mapping[str, int], policies: Sequence[Policy]
) -> tuple[Policy, Adjudication]:
    """Settle under the policy that leaves the patient least to pay; the first one (the county's) wins a tie.

    ``policies`` are the candidates of a place and a day, county before city before province; of one place only the
    newest counts. A policy that refuses the claim, or that does not know a payer who gave money, cannot be compared
    and is passed over. Raises the first candidate's Refused where none can settle.
    """
    assert policies, "someone must be asked; the library refuses a place without a policy"
    best: tuple[Policy, Adjudication] | None = None
    first_refusal: Refused | None = None
    for policy in newest_of_each_place(policies):
        try:
            result = adjudicate(_as_known_to(policy, claim), standing, balances, policy)
        except Refused as refused:
            first_refusal = first_refusal or refused
            continue
        if best is None or _burden(result) < _burden(best[1]):
            best = policy, result
    if best is None:
        assert first_refusal is not None
        raise first_refusal
    return best


def newest_of_each_place(policies: Sequence[Policy]) -> list[Policy]:
    """The candidates without those that a newer document of the same place replaces; they come newest first."""
    newest: dict[str, Policy] = {}
    for policy in policies:
        newest.setdefault(policy.file.division, policy)
    return list(newest.values())


def _as_known_to(policy: Policy, claim: Claim) -> Claim:
    # A payer who gave nothing may be left out; one who gave money makes a policy that does not know it refuse.
    outer = {layer.payer for layer in policy.file.layers if isinstance(layer, Given)}
    given = {payer: amount for payer, amount in claim.given_fen.items() if amount or payer in outer}
    return msgspec.structs.replace(claim, given_fen=given)


def _burden(result: Adjudication) -> int:
    return result.patient_pays_fen - result.payout_fen
