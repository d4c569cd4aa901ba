"""Re-adjudication: bills of a year decided again, in their order, on other facts or other accumulators (AMB-X4, X8)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kernel.values.refusals import conflict
from law import Adjudication, Claim, LayerTrace, Standing, adjudicate, most_favourable
from law.packs import Policy


class Facts(msgspec.Struct, frozen=True):
    """What is known of a bill: its claim, and the person's standing."""

    claim: Claim
    standing: Standing


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as it was decided: all that it rested on, and what came out.

    ``compared`` are the policies among which the better one was taken (AMB-D6); only ``policy`` where it is empty.
    """

    settlement_id: str
    claim: Claim
    standing: Standing
    policy: Policy
    result: Adjudication
    compared: tuple[Policy, ...] = ()

    @property
    def facts(self) -> Facts:
        """The facts that it rests on."""
        return Facts(self.claim, self.standing)

    @property
    def candidates(self) -> tuple[Policy, ...]:
        """The policies that it is decided under."""
        return self.compared or (self.policy,)


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for a bill, in fen by payer: the new amount less the old one. Negative is to be given back."""

    settlement_id: str
    before: Adjudication
    after: Adjudication
    layers_fen: dict[str, int]
    patient_fen: int
    payout_fen: int
    facts: Facts
    policy: Policy

    @property
    def matters(self) -> bool:
        """Whether a fen differs: of a payer or a fund, of the patient, or of what the year counts."""
        return _money(self.before) != _money(self.after)

    @property
    def moves_money(self) -> bool:
        """Whether a fen differs of a payer, a fund or the patient; what the year counts is left aside."""
        return _money(self.before)[:2] != _money(self.after)[:2]


def decide_in_order(
    bills: Sequence[tuple[str, Claim]], standing: Standing, opening_fen: Mapping[str, int], policy: Policy
) -> tuple[Decided, ...]:
    """Bills of a year one after the other, each on the accumulators that the one before left."""
    balances = dict(opening_fen)
    decided = []
    for settlement_id, claim in bills:
        result = adjudicate(claim, standing, balances, policy)
        bill = Decided(settlement_id=settlement_id, claim=claim, standing=standing, policy=policy, result=result)
        decided.append(bill)
        balances = result.after_fen
    return tuple(decided)


def without(year: Sequence[Decided], settlement_id: str) -> tuple[Correction, ...]:
    """What changes for the bills after one that is taken back; the accumulators run on from before it.

    ``year`` is the person's bills of the year in the order in which they were settled. Raises Refused.
    """
    index = next((i for i, bill in enumerate(year) if bill.settlement_id == settlement_id), None)
    if index is None:
        detail = f"settlement {settlement_id} is not among the person's bills of the year"
        raise conflict("SETTLEMENT_NOT_IN_FORCE", detail)
    return _again(year[index + 1 :], {}, year[index].result.before_fen)


def with_facts(
    year: Sequence[Decided], facts: Mapping[str, Facts], opening_fen: Mapping[str, int] | None = None
) -> tuple[Correction, ...]:
    """What comes out for each bill of a year when some rest on other facts, by settlement id.

    ``opening_fen`` are the accumulators with which the year began; None: as the first bill found them.

    Each bill is decided on the accumulators that the one before it now leaves, so that a change runs on through the
    later ones. ``year`` as in ``without``; bills without other facts keep theirs. Raises Refused.
    """
    if not year:
        return ()
    return _again(year, facts, year[0].result.before_fen if opening_fen is None else opening_fen)


def _again(
    bills: Iterable[Decided], facts: Mapping[str, Facts], balances_fen: Mapping[str, int]
) -> tuple[Correction, ...]:
    corrections = []
    for bill in bills:
        known = facts.get(bill.settlement_id, bill.facts)
        policy, after = most_favourable(known.claim, known.standing, balances_fen, bill.candidates)
        corrections.append(_correction(bill, known, policy, after))
        balances_fen = after.after_fen
    return tuple(corrections)


def _correction(bill: Decided, facts: Facts, policy: Policy, after: Adjudication) -> Correction:
    before = bill.result
    # Another policy may be the better one now, so either side may know payers that the other does not.
    change = dict.fromkeys([layer.payer for layer in (*after.layers, *before.layers)], 0)
    for sign, result in ((1, after), (-1, before)):
        for layer in result.layers:
            change[layer.payer] += sign * layer.amount_fen
    return Correction(
        settlement_id=bill.settlement_id,
        before=before,
        after=after,
        layers_fen=change,
        patient_fen=after.patient_pays_fen - before.patient_pays_fen,
        payout_fen=after.payout_fen - before.payout_fen,
        facts=facts,
        policy=policy,
    )


def paid(layer: LayerTrace | None) -> tuple[int, int, tuple[str, ...]]:
    """What a payer pays on the bill and beside it, and out of which funds; nobody's funds where it pays nothing."""
    if layer is None or not (layer.amount_fen or layer.payout_fen):
        return 0, 0, ()
    return layer.amount_fen, layer.payout_fen, layer.funds


def _money(result: Adjudication) -> tuple[object, ...]:
    """Every fen of an outcome. A payer or an accumulator at zero is as good as none."""
    payers = {layer.payer: paid(layer) for layer in result.layers if any(paid(layer)[:2])}
    return payers, result.patient_pays_fen, {name: fen for name, fen in result.after_fen.items() if fen}
