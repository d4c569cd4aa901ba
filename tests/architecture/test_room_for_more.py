"""There is room for more: a method of the law, a topic and a listening service are planted in a copy of the tree.

The linter and whatever they are made known to accept them with no other line changed than those that name them.
"""

import shutil
from pathlib import Path

import pytest
from tests.architecture.additions import METHOD, SERVICE, TOPIC, Addition
from tests.architecture.planting import lint, plant, plant_project, run
from tests.architecture.service_layout import read_services
from tests.architecture.test_layout import misplaced, undeclared

_ADDITIONS = {"method": METHOD, "topic": TOPIC, "service": SERVICE}


def _copied(root: Path, folder: Path) -> Path:
    for source in (*root.glob("*/src"), *root.glob("services/*/src")):
        shutil.copytree(source, folder / source.relative_to(root), ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / ".importlinter", folder)
    return folder


def _sample(root: Path, folder: Path) -> Path:
    plant_project(folder, (root / ".importlinter").read_text(encoding="utf-8"))
    services = 'import identity.main\n\nPACKAGES = ("identity", "fund_ledger")\n'
    plant(folder, "onestop/src/onestop/packages.py", services)
    return folder


@pytest.fixture(scope="module", params=[_sample, _copied], ids=["sample", "ours"])
def tree(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of the tree, or a copy of ours, with all three additions."""
    folder: Path = request.param(root, tmp_path_factory.mktemp("tree"))
    for addition in _ADDITIONS.values():
        addition.plant_files(folder)
        addition.plant_lines(folder)
    return folder


def _unplaced(folder: Path) -> list[str]:
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    contracts = (folder / ".importlinter").read_text(encoding="utf-8")
    return [*misplaced(paths, read_services(contracts)), *undeclared(paths, contracts)]


def test_the_linter_accepts_the_additions(tree: Path) -> None:
    assert _unplaced(tree) == []
    status, output = lint(tree)
    assert status == 0, output
    assert "0 broken" in output


@pytest.mark.parametrize("addition", _ADDITIONS.values(), ids=_ADDITIONS)
@pytest.mark.parametrize("tree", [_copied], ids=["ours"], indirect=True)
def test_the_addition_is_known(tree: Path, addition: Addition) -> None:
    status, output = run(tree, addition.asks)
    assert status == 0, output


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        (TOPIC, "settlement: letters/ is none of admission_checks"),
        (SERVICE, "listening has no contract of type topics in .importlinter"),
    ],
    ids=["topic", "service"],
)
def test_without_its_lines_an_addition_is_refused(tmp_path: Path, root: Path, addition: Addition, reason: str) -> None:
    folder = _sample(root, tmp_path)
    assert _unplaced(folder) == []
    addition.plant_files(folder)
    assert reason in "\n".join(_unplaced(folder))
