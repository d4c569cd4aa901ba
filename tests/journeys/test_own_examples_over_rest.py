"""The packs' own examples over REST through every service, as far as readings and figures are those of the packs."""

from pathlib import Path
from typing import Final

from law.packs import Pack, load_library
from law.packs.library import pack_paths
from workbench.examples.assumptions import assumed_of
from workbench.examples.document import read
from workbench.examples.http_run import http_player
from workbench.examples.reading import funds_of
from workbench.examples.runner import run_examples
from workbench.examples.settle import SettleExample

POLICIES = Path(__file__).parent.parent.parent / "policies"
#: What cannot happen over REST, and why.
NOT_OVER_REST: Final = {
    "HN-103": "the platform of the run has the target share configured, for the other examples",
    "HN-111": "its first bill has no policy, so nobody could be admitted",
    "GX-111": "a bill is made up of lines, and lines cannot contradict their sum",
    "GX-112": "identity refuses a lifted person without an exit date before anybody is settled",
    "LY-113": "one of its bills is of a day without a policy, on which nobody can be admitted",
    "HU-113": "fee lines always tell which cost is compliant",
}


def playable() -> list[SettleExample]:
    packs = {pack.file.region: pack for pack in load_library(POLICIES).packs}
    found = (e for path in pack_paths(POLICIES) for e in read([path.with_suffix(".examples.yaml")]))
    taken = [
        e for e in found if isinstance(e, SettleExample) and e.id not in NOT_OVER_REST and _as_taken(e, packs[e.region])
    ]
    # Funds are filled and never emptied: an example that begins with less comes before those that begin with more.
    with_funds = [example for example in taken if funds_of(example)]
    with_funds.sort(key=lambda example: min(funds_of(example).values()))
    return [*with_funds, *(example for example in taken if not funds_of(example))]


def _as_taken(example: SettleExample, pack: Pack) -> bool:
    # Settings hold for a whole platform, so an example under another reading would need one of its own.
    taken = {reading.ambiguity: reading.value for reading in pack.file.readings}
    configured = not example.config or example.config == {"target_share_percent": 10}
    return configured and assumed_of(example.assumes, pack).items() <= taken.items()


def test_the_services_agree_with_every_example_that_the_packs_bring_along() -> None:
    examples = playable()
    assert len(examples) >= 70
    with http_player(POLICIES, examples) as player:
        report = run_examples(examples, player)
    assert [mismatch.line for mismatch in report.mismatches] == []
    assert report.steps >= 100
