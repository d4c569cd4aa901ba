"""Playing a worked example so that every step keeps its claim and its whole trace."""

from collections.abc import Iterator

import msgspec

from kernel.values.refusals import Refused
from law import Adjudication, Claim, Standing, adjudicate
from law.packs import PackLibrary, Policy
from workbench.examples.reading import claim_of, openings_of, policy_of, standing_of
from workbench.examples.settle import RefuseStep, RevokeStep, SettleExample, SettleStep


class PlayedBill(msgspec.Struct, frozen=True):
    """A bill of an example with all that came out of it."""

    step: SettleStep
    policy: Policy
    claim: Claim
    standing: Standing
    result: Adjudication


class PlayedBack(msgspec.Struct, frozen=True):
    """A settlement of an example that was taken back."""

    step: RevokeStep
    result: Adjudication


class PlayedRefusal(msgspec.Struct, frozen=True):
    """A bill of an example that must not be settled; ``refused`` is code and reason, None where it was settled."""

    step: RefuseStep
    refused: str | None


def play(example: SettleExample, library: PackLibrary) -> Iterator[PlayedBill | PlayedBack | PlayedRefusal]:
    """The steps of an example in order; raises Refused and UnknownPackError."""
    balances = openings_of(example)
    settled: list[Adjudication] = []
    for step in example.steps:
        match step:
            case SettleStep():
                policy = policy_of(example, step.encounter.discharged, library)
                standing = standing_of(example, step.encounter, policy.file)
                claim = claim_of(step)
                result = adjudicate(claim, standing, balances, policy)
                settled.append(result)
                balances = result.after_fen
                yield PlayedBill(step, policy, claim, standing, result)
            case RevokeStep():
                result = settled.pop()
                balances = result.before_fen
                yield PlayedBack(step, result)
            case RefuseStep():
                yield PlayedRefusal(step, _refusal(step, example, balances, library))


def _refusal(step: RefuseStep, example: SettleExample, balances: dict[str, int], library: PackLibrary) -> str | None:
    try:
        policy = policy_of(example, step.encounter.discharged, library)
        adjudicate(claim_of(step), standing_of(example, step.encounter, policy.file), balances, policy)
    except Refused as refused:
        return str(refused)
    return None
