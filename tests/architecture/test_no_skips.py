"""CI's rule that nothing may be skipped: `.ci/run` sets ONESTOP_NO_SKIP=1, and a skipped test fails the run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = 'import pytest\n\n\ndef test_a() -> None:\n    pytest.skip("no Java here")\n'
SKIPPED_IN_FIXTURE = """
import pytest

@pytest.fixture
def broker():
    pytest.skip("no Java here")

def test_a(broker): ...
"""
SKIPPED_FILE = 'import pytest\n\npytest.skip("no Java here", allow_module_level=True)\n'
PASSED = "def test_a() -> None: ...\n"
FAILED = "def test_a() -> None:\n    assert False\n"


def _run(folder: Path, root: Path, test: str, no_skip: str) -> tuple[int, str]:
    shutil.copy(root / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_passes.py").write_text("def test_b() -> None: ...\n")
    (folder / "test_sample.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-p", "no:cacheprovider", "--import-mode=importlib"]
    environ = {**os.environ, "ONESTOP_NO_SKIP": no_skip}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("test", [SKIPPED, SKIPPED_IN_FIXTURE, SKIPPED_FILE])
def test_a_skipped_test_fails_the_run_where_none_may_be_skipped(tmp_path: Path, root: Path, test: str) -> None:
    status, output = _run(tmp_path, root, test, no_skip="1")
    assert status == 1, output
    assert "1 tests were skipped, but ONESTOP_NO_SKIP=1 allows none" in output


@pytest.mark.parametrize(("test", "no_skip", "status"), [(SKIPPED, "", 0), (PASSED, "1", 0), (FAILED, "1", 1)])
def test_otherwise_the_run_ends_as_usual(tmp_path: Path, root: Path, test: str, no_skip: str, status: int) -> None:
    assert _run(tmp_path, root, test, no_skip)[0] == status


def test_ci_sets_the_rule(root: Path) -> None:
    assert "ONESTOP_NO_SKIP=1 make test" in (root / ".ci" / "run").read_text()
    assert os.access(root / ".ci" / "run", os.X_OK)
