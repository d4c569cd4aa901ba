"""Players: who settles the bills of an example. One calls the domain code directly, another may go over REST."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Protocol

from fund_ledger.journals.domain.funding import split
from law import Adjudication
from law.packs import PackLibrary, Policy
from workbench.examples.amounts import yuan
from workbench.examples.outcome import Value
from workbench.examples.playing import PlayedBack, PlayedBill, PlayedRefusal, play
from workbench.examples.reading import funds_of, names_of
from workbench.examples.settle import Played, SettleExample


class Player(Protocol):
    """Plays the steps of a ``settle`` example in order.

    Raises UnknownPackError where the region has no pack, and Refused where a settlement is refused.
    """

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step."""


class DirectPlayer:
    """Plays examples on the domain code itself: settlement adjudicates, the fund ledger says which fund pays."""

    def __init__(self, library: PackLibrary) -> None:
        self._library = library

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step."""
        funds = _Funds(example)
        for played in play(example, self._library):
            match played:
                case PlayedBill():
                    yield funds.settle(played)
                case PlayedRefusal(refused=refused):
                    yield Played({"refused": refused.code if refused else None})
                case PlayedBack():
                    yield funds.revoke(played)


class _Funds:
    """What the funds hold while the steps go by."""

    def __init__(self, example: SettleExample) -> None:
        self._names = names_of(example)
        self._funds = funds_of(example)
        self._before: list[dict[str, int]] = []

    def settle(self, bill: PlayedBill) -> Played:
        result = bill.result
        self._before.append(dict(self._funds))
        lines = self._fund(result, bill.policy)
        return Played(
            {
                **{f"layers.{payer}": yuan(amount) for payer, amount in lines.items()},
                **{f"flags.{name}": value for name, value in result.flags.items()},
                "patient_pays": yuan(result.patient_pays_fen),
                "cash_payout": yuan(result.payout_fen),
                "refund_to_patient": yuan(result.refund_to_patient_fen),
                **self._after(result.after_fen),
            }
        )

    def revoke(self, back: PlayedBack) -> Played:
        self._funds = self._before.pop()
        refund = yuan(back.result.patient_pays_fen)
        return Played({"refund_to_patient": refund, **self._after(back.result.before_fen)})

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

    def _after(self, balances: Mapping[str, int]) -> dict[str, Value]:
        counted = {f"after.{name}": yuan(fen) for name, fen in balances.items()}
        held = {f"after.{code}": yuan(fen) for code, fen in self._funds.items()}
        accumulators = {f"after.{ours}": yuan(balances.get(theirs, 0)) for ours, theirs in self._names.accumulators}
        funds = {f"after.{ours}": yuan(self._funds.get(theirs, 0)) for ours, theirs in self._names.funds}
        return {**held, **counted, **accumulators, **funds}
