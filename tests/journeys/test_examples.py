"""The worked examples, to the fen: on the domain code, and over REST through every service."""

import sys
from pathlib import Path
from types import FrameType
from typing import Final

import pytest

from law.packs import PackLibrary, load_library
from workbench.examples.document import read
from workbench.examples.http_run import http_player
from workbench.examples.kinds.part import Table
from workbench.examples.player import DirectPlayer
from workbench.examples.runner import run_examples
from workbench.examples.settle import SettleExample

#: Who decides each kind of example that the fund ledger answers.
LEDGER_KINDS: Final = {
    "reserve": "funds/domain/order.py",
    "prepay25": "funds/domain/order.py",
    "lottery": "funds/domain/order.py",
    "split6040": "institutions/domain/budgeting.py",
    "prealloc": "institutions/domain/placement.py",
    "clinic_ledger": "institutions/domain/clinic.py journals/domain/journal.py",
    "pass_through": "institutions/domain/passing_on.py",
    "clearing": "periods/domain/year.py",
    "premium": "journals/domain/journal.py",
    "clawback": "journals/domain/journal.py",
    "monthly_bill": "statements/domain/statement.py",
    "advance_eligibility": "advances/domain/advance.py",
    "fund_revolving": "advances/domain/advance.py",
    "cii_revolving": "advances/domain/advance.py",
}
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


def test_what_the_ledger_answers_is_decided_by_what_serves_its_doors() -> None:
    library = load_library(ROOT / "policies")
    tables = [e for e in read([EXAMPLES]) if not isinstance(e, SettleExample)]
    decided = {e.__struct_config__.tag: _deciders(e, library) for e in tables}
    of_ledger = {str(kind): where for kind, where in decided.items() if where}
    assert of_ledger == {kind: set(where.split()) for kind, where in LEDGER_KINDS.items()}


def _deciders(example: Table, library: PackLibrary) -> set[str]:
    """The files of the ledger whose ``decide`` is called while an example is played."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        _, package, where = frame.f_code.co_filename.partition("/fund_ledger/")
        if event == "call" and package and frame.f_code.co_name == "decide":
            found.add(where)

    sys.setprofile(note)
    try:
        outcomes = list(example.play(library))
    finally:
        sys.setprofile(None)
    assert outcomes
    return found


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
