"""Re-adjudication: when an earlier bill is taken back, every later one of the year is decided again (AMB-X4)."""

from collections.abc import Mapping, Sequence

import msgspec

from kernel.policy_packs import Policy
from kernel.refusals import RefusalKind, Refused
from settlement.domain.benefit import Adjudication, Claim, Standing, adjudicate


class Decided(msgspec.Struct, frozen=True):
    """A bill as it was decided: all that it rested on, and what came out."""

    settlement_id: str
    claim: Claim
    standing: Standing
    policy: Policy
    result: Adjudication


class Correction(msgspec.Struct, frozen=True):
    """What changes for a later bill, in fen by payer: the new amount less the old one. Negative is to be given back."""

    settlement_id: str
    before: Adjudication
    after: Adjudication
    layers_fen: dict[str, int]
    patient_fen: int
    payout_fen: int


def decide_in_order(
    bills: Sequence[tuple[str, Claim]], standing: Standing, opening_fen: Mapping[str, int], policy: Policy
) -> tuple[Decided, ...]:
    """Bills of a year one after the other, each on the accumulators that the one before left."""
    balances = dict(opening_fen)
    decided = []
    for settlement_id, claim in bills:
        result = adjudicate(claim, standing, balances, policy)
        decided.append(Decided(settlement_id, claim, standing, policy, result))
        balances = result.after_fen
    return tuple(decided)


def without(year: Sequence[Decided], settlement_id: str) -> tuple[Correction, ...]:
    """What changes for the bills after one that is taken back; the accumulators run on from before it.

    ``year`` is the person's bills of the year in the order in which they were settled. Raises Refused.
    """
    index = next((i for i, bill in enumerate(year) if bill.settlement_id == settlement_id), None)
    if index is None:
        raise Refused(
            "SETTLEMENT_NOT_IN_FORCE",
            f"settlement {settlement_id} is not among the person's bills of the year",
            kind=RefusalKind.CONFLICT,
        )
    balances = year[index].result.before_fen
    corrections = []
    for bill in year[index + 1 :]:
        after = adjudicate(bill.claim, bill.standing, balances, bill.policy)
        corrections.append(_correction(bill, after))
        balances = after.after_fen
    return tuple(corrections)


def _correction(bill: Decided, after: Adjudication) -> Correction:
    before = bill.result
    old = {layer.payer: layer.amount_fen for layer in before.layers}
    return Correction(
        bill.settlement_id,
        before,
        after,
        {layer.payer: layer.amount_fen - old[layer.payer] for layer in after.layers},
        after.patient_pays_fen - before.patient_pays_fen,
        after.payout_fen - before.payout_fen,
    )
