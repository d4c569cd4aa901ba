"""Every pack agrees with its own examples, worked out by hand, and no figure of it could change unnoticed."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from law.packs import PackLibrary, load_pack, parse_pack
from law.packs.library import pack_paths
from workbench.examples.document import read
from workbench.examples.player import DirectPlayer
from workbench.examples.runner import run_examples
from workbench.examples.settle import SettleExample, SettleStep

PATHS = pack_paths(Path(__file__).parent.parent.parent / "policies")
FIGURE = re.compile(r'\b(?:value|from_yuan|pays_yuan): "([0-9.]+)"')


def own_examples(path: Path) -> list[SettleExample]:
    return [e for e in read([path.with_suffix(".examples.yaml")]) if isinstance(e, SettleExample)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.name)
def test_a_pack_agrees_with_its_own_examples(path: Path) -> None:
    library = PackLibrary([load_pack(path)])
    examples = own_examples(path)
    assert len(examples) >= 8
    report = run_examples(examples, DirectPlayer(library), library)
    assert [mismatch.line for mismatch in report.mismatches] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.name)
def test_every_step_shows_its_arithmetic_and_every_layer_pays_somewhere(path: Path) -> None:
    examples = own_examples(path)
    steps = [step for example in examples for step in example.steps]
    assert [step.id for step in steps if not step.working] == []
    assert all(example.clause for example in examples)
    expected = [step.expect.layers for step in steps if isinstance(step, SettleStep)]
    for layer in load_pack(path).file.layers:
        assert any(layers.get(layer.payer, "0.00") != "0.00" for layers in expected), f"{layer.payer} never pays"


def changed_figures(path: Path) -> Iterator[tuple[str, str]]:
    """The pack's text with one figure a little larger, once for each figure, and where it stands."""
    text = path.read_text(encoding="utf-8")
    for found in FIGURE.finditer(text):
        step = Decimal("-1") if found[1] == "100" else Decimal("0.01")
        line = text[: found.start()].count("\n") + 1
        yield f"line {line}: {found[0]}", f"{text[: found.start(1)]}{Decimal(found[1]) + step}{text[found.end(1) :]}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.name)
def test_no_figure_can_change_by_a_fen_or_a_hundredth_without_an_example_that_notices(path: Path) -> None:
    examples = own_examples(path)
    unnoticed = []
    for place, text in changed_figures(path):
        library = PackLibrary([parse_pack(text, path.name)])
        if not run_examples(examples, DirectPlayer(library), library).mismatches:
            unnoticed.append(place)
    assert unnoticed == []
