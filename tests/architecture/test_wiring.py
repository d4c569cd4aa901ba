"""What services call and what they do not: no rule of a service or of the law lives for its tests alone."""

from pathlib import Path
from typing import Final

import pytest

from workbench.requirements.wiring import Wiring, wiring

#: What waits for the service or the route that will call it, by module; docs/requirements.md says what it is for.
WAITING: Final = {
    "law.clocks.deadlines",
    "referral.referrals.domain.gate",
    "settlement.encounters.domain.readjudication",
}
TREE: Final = {
    "shared/src/law/__init__.py": "from law.methods import rate\n",
    "shared/src/law/methods.py": "def rate(): return _half()\ndef _half(): ...\ndef idle(): return _quarter()\n"
    "def _quarter(): ...\n",
    "services/a/src/a/main.py": "import a.api\nfrom a import late\ndef build(): return a.api.router(late.Sweep)\n",
    "services/a/src/a/api.py": "from law import rate\ndef router(sweep):\n    def route(): return rate()\n"
    "    return route\ndef unused(): ...\n",
    "services/a/src/a/late.py": "from contextlib import contextmanager\nimport law.methods as m\nTABLE = {1: m}\n"
    "class Sweep:\n    def run(self): self.step()\n    def step(self): ...\n    def never(self): ...\n"
    "@contextmanager\ndef quiet(): ...\n@on('x')\ndef handed_over(): ...\n",
    "services/b/src/b/domain.py": "def nobody_s(): ...\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Wiring:
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Wiring(tmp_path)


def test_every_rule_is_called_or_waits_for_its_service(root: Path) -> None:
    packages = [path.name for path in root.glob("services/*/src/*") if path.is_dir()]
    idle = wiring(root).idle("law", *packages)
    assert idle.keys() == WAITING, idle


@pytest.mark.parametrize(
    ("path", "name", "called"),
    [
        ("services/a/src/a/main.py", "build", True),
        ("services/a/src/a/api.py", "router", True),
        ("services/a/src/a/api.py", "unused", False),
        ("services/a/src/a/late.py", "Sweep.step", True),
        ("services/a/src/a/late.py", "Sweep.never", False),
        ("services/a/src/a/late.py", "quiet", False),
        ("shared/src/law/methods.py", "rate", True),
        ("shared/src/law/methods.py", "_half", True),
        ("shared/src/law/methods.py", "idle", False),
        ("shared/src/law/methods.py", "_quarter", False),
        ("services/b/src/b/domain.py", "nobody_s", False),
        ("workbench/src/workbench/anything.py", "tool", True),
    ],
)
def test_names_are_followed_from_a_service_s_main(tree: Wiring, path: str, name: str, *, called: bool) -> None:
    assert tree.calls(path, name) is called


def test_what_nothing_reaches_is_listed_by_module(tree: Wiring) -> None:
    assert tree.idle("a", "b", "law") == {
        "a.api": ["unused"],
        "a.late": ["quiet"],
        "b.domain": ["nobody_s"],
        "law.methods": ["idle", "_quarter"],
    }
