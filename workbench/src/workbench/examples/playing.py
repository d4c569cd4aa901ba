"""Playing a worked example so that every step keeps its claim and its whole trace."""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from kernel.values.refusals import Refused
from law import Adjudication, Claim, Standing, adjudicate
from law.packs import PackLibrary, Policy
from workbench.examples.reading import claim_of, openings_of, policy_of, standing_of
from workbench.examples.settle import BillStep, RefuseStep, RevokeStep, SettleExample, SettleStep


class PlayedBill(msgspec.Struct, frozen=True):
    """A bill of an example with all that came out of it."""

    step: BillStep
    policy: Policy
    claim: Claim
    standing: Standing
    result: Adjudication


class PlayedBack(msgspec.Struct, frozen=True):
    """A settlement of an example that was taken back."""

    step: RevokeStep
    result: Adjudication


class PlayedRefusal(msgspec.Struct, frozen=True):
    """A bill of an example that must not be settled; ``refused`` says why it was not, None where it was."""

    step: RefuseStep
    refused: Refused | None


PlayedStep: TypeAlias = PlayedBill | PlayedBack | PlayedRefusal


def play(example: SettleExample, library: PackLibrary) -> Iterator[PlayedStep]:
    """The steps of an example in order; raises Refused and UnknownPackError."""
    balances = openings_of(example)
    settled: list[PlayedBill] = []
    for step in example.steps:
        match step:
            case SettleStep():
                settled.append(_settled(step, example, balances, library))
                balances = settled[-1].result.after_fen
                yield settled[-1]
            case RevokeStep():
                bill = settled.pop()
                assert bill.step.id == step.id, f"{step.id} is not the person's latest settlement (AMB-X4)"
                balances = bill.result.before_fen
                yield PlayedBack(step, bill.result)
            case RefuseStep():
                yield _refused(step, example, balances, library)


def _settled(step: BillStep, example: SettleExample, balances: dict[str, int], library: PackLibrary) -> PlayedBill:
    policy = policy_of(example, step.encounter.discharged, library)
    standing = standing_of(example, step.encounter, policy.file)
    claim = claim_of(step)
    return PlayedBill(step, policy, claim, standing, adjudicate(claim, standing, balances, policy))


def _refused(step: RefuseStep, example: SettleExample, balances: dict[str, int], library: PackLibrary) -> PlayedRefusal:
    try:
        _settled(step, example, balances, library)
    except Refused as refused:
        return PlayedRefusal(step, refused)
    return PlayedRefusal(step, None)
