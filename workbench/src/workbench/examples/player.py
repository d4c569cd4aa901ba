"""Players: who settles the bills of an example. One calls the domain code directly, another may go over REST."""

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from fund_ledger.journals.domain.funding import split
from kernel.values.refusals import Refused
from law import Adjudication, adjudicate
from law.packs import PackLibrary, Policy
from workbench.examples.amounts import yuan
from workbench.examples.outcome import Value
from workbench.examples.reading import claim_of, funds_of, names_of, openings_of, policy_of, standing_of
from workbench.examples.settle import Played, RefuseStep, RevokeStep, SettleExample, SettleStep


class Player(Protocol):
    """Plays the steps of a ``settle`` example in order.

    Raises UnknownPackError where the region has no pack, and Refused where a settlement is refused.
    """

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step."""
        ...


class DirectPlayer:
    """Plays examples on the domain code itself: settlement adjudicates, the fund ledger says which fund pays."""

    def __init__(self, library: PackLibrary) -> None:
        self._library = library

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step."""
        case = _Case(example)
        for step in example.steps:
            match step:
                case SettleStep():
                    yield case.settle(step, policy_of(example, step.encounter.discharged, self._library))
                case RefuseStep():
                    yield case.refuse(step, self._library)
                case RevokeStep():
                    yield case.revoke(step)


class _Case:
    """The person and the funds while the steps go by."""

    def __init__(self, example: SettleExample) -> None:
        self._example = example
        self._balances = openings_of(example)
        self._funds = funds_of(example)
        self._settled: list[tuple[str, Adjudication, dict[str, int]]] = []

    def settle(self, step: SettleStep, policy: Policy) -> Played:
        result = adjudicate(
            claim_of(step), standing_of(self._example, step.encounter, policy.file), self._balances, policy
        )
        before = dict(self._funds)
        lines = self._fund(result, policy)
        self._balances = result.after_fen
        self._settled.append((step.id, result, before))
        refund = result.refund_to_patient_fen
        return Played(
            {
                **{f"layers.{payer}": yuan(amount) for payer, amount in lines.items()},
                **{f"flags.{name}": value for name, value in result.flags.items()},
                "patient_pays": yuan(result.patient_pays_fen),
                "cash_payout": yuan(result.payout_fen),
                "refund_to_patient": yuan(refund),
                **self._after(),
            }
        )

    def refuse(self, step: RefuseStep, library: PackLibrary) -> Played:
        try:
            policy = policy_of(self._example, step.encounter.discharged, library)
            standing = standing_of(self._example, step.encounter, policy.file)
            adjudicate(claim_of(step), standing, self._balances, policy)
        except Refused as refused:
            return Played({"refused": refused.code})
        return Played({"refused": None})

    def revoke(self, step: RevokeStep) -> Played:
        settled, result, funds = self._settled.pop()
        assert settled == step.id, f"{step.id} is not the person's latest settlement, {settled} is (AMB-X4)"
        self._balances, self._funds = result.before_fen, funds
        return Played({"refund_to_patient": yuan(result.patient_pays_fen), **self._after()})

    def _fund(self, result: Adjudication, policy: Policy) -> dict[str, int]:
        """Every layer's amount by payer; a layer with several funds behind it by fund. Draws on the funds."""
        cascades = (row.funds for layer in policy.file.layers for row in layer.funding if len(row.funds) > 1)
        lines = dict.fromkeys(chain.from_iterable(cascades), 0)
        for layer in result.layers:
            parts = split(layer.amount_fen, layer.funds, self._funds)
            for fund, amount in parts:
                line = fund if len(parts) > 1 else layer.payer
                lines[line] = lines.get(line, 0) + amount
                self._funds[fund] = self._funds.get(fund, 0) - amount
            if layer.payout_fen:
                last = layer.funds[-1]
                self._funds[last] = self._funds.get(last, 0) - layer.payout_fen
        return lines

    def _after(self) -> dict[str, Value]:
        names = names_of(self._example)
        balances = {f"after.{name}": yuan(fen) for name, fen in self._balances.items()}
        held = {f"after.{code}": yuan(fen) for code, fen in self._funds.items()}
        accumulators = {f"after.{ours}": yuan(self._balances.get(theirs, 0)) for ours, theirs in names.accumulators}
        funds = {f"after.{ours}": yuan(self._funds.get(theirs, 0)) for ours, theirs in names.funds}
        return {**held, **balances, **accumulators, **funds}
