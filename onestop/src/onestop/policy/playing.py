"""Playing a worked example so that every step keeps its claim and its whole trace."""

from collections.abc import Iterator

import msgspec

from kernel.policy_packs import PackLibrary, Policy
from onestop.examples.reading import claim_of, openings_of, policy_of, standing_of
from onestop.examples.settle import RefuseStep, RevokeStep, SettleExample, SettleStep
from settlement.domain.benefit import Adjudication, Claim, Standing, adjudicate


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


def play(example: SettleExample, library: PackLibrary) -> Iterator[PlayedBill | PlayedBack]:
    """The steps of an example in order, but for bills that must be refused; raises Refused and UnknownPackError."""
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
                continue
