"""The worked examples, to the fen: on the domain code, and over REST through every service."""

from pathlib import Path

import pytest

from law.packs import load_library
from workbench.examples.document import read
from workbench.examples.http_run import http_player
from workbench.examples.player import DirectPlayer
from workbench.examples.runner import run_examples
from workbench.examples.settle import SettleExample

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT.parent / "shared" / "examples" / "worked_examples.yaml"


@pytest.fixture(scope="module")
def jieyang() -> list[SettleExample]:
    found = [e for e in read([EXAMPLES]) if isinstance(e, SettleExample) and e.region == "jieyang"]
    assert len(found) >= 13
    return found


def test_the_domain_agrees_with_every_figure_of_every_region() -> None:
    settled = [e for e in read([EXAMPLES]) if isinstance(e, SettleExample)]
    report = run_examples(settled, DirectPlayer(load_library(ROOT / "policies")))
    assert [mismatch.line for mismatch in report.mismatches] == []
    assert report.steps == 45


def test_every_example_of_every_kind_agrees_with_the_domain() -> None:
    library = load_library(ROOT / "policies")
    report = run_examples(read([EXAMPLES]), DirectPlayer(library), library)
    assert [mismatch.line for mismatch in report.mismatches] == []
    assert (report.examples, report.steps) == (74, 131)


def test_the_services_agree_with_every_figure_of_every_region_over_rest() -> None:
    settled = [e for e in read([EXAMPLES]) if isinstance(e, SettleExample)]
    with http_player(ROOT / "policies", settled) as player:
        report = run_examples(settled, player)
    assert [mismatch.line for mismatch in report.mismatches] == []
    assert report.steps == 45


def test_a_wrong_figure_is_found(jieyang: list[SettleExample], tmp_path: Path) -> None:
    text = EXAMPLES.read_text(encoding="utf-8").replace('MA: "7200.00"', 'MA: "7200.01"')
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    examples = [e for e in read([changed]) if isinstance(e, SettleExample) and e.region == "jieyang"]
    report = run_examples(examples, DirectPlayer(load_library(ROOT / "policies")))
    assert [mismatch.line for mismatch in report.mismatches] == ["JY-02, c1 settle, layers.MA, 7200.01, 7200.00"]
