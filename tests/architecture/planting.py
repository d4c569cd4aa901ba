"""Small projects planted in a temporary folder, on which the import linter runs as it does on ours."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def plant(folder: Path, module: str, text: str = "") -> None:
    """Write a file, and an empty ``__init__.py`` into every folder above it that has none."""
    path = folder / module
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.relative_to(folder).parents[:-1]:
        (folder / package / "__init__.py").touch()
    path.write_text(text)


def run(folder: Path, program: str, sources: Iterable[str] = (".",)) -> tuple[int, str]:
    """A Python program's status and words (each space one blank), with the folder's sources before the installed ones.

    Our own root stands behind them, because the linter takes its contract type from `tests.architecture`.
    """
    path = os.pathsep.join([*(str(folder / source) for source in sources), str(_ROOT)])
    environ = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def lint(folder: Path, sources: Iterable[str] = (".",)) -> tuple[int, str]:
    """What `lint-imports` answers about the project in the folder by the folder's own `.importlinter`."""
    program = "from importlinter.cli import lint_imports_command as main; main()"
    arguments = "['lint-imports', '--no-cache', '--no-logo', '--config', '.importlinter']"
    return run(folder, f"import sys; sys.argv = {arguments}; {program}", sources)
