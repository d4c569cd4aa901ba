"""What the tidy tests look at: every file of the project that git would keep."""

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
from tests.architecture.on_duty import duty, start  # noqa: F401 - fixtures

_ROOT = Path(__file__).resolve().parents[2]


def _ignored(path: PurePosixPath, patterns: list[str]) -> bool:
    return path.name == ".git" or any(
        fnmatch(str(path) if "/" in pattern else path.name, pattern) for pattern in patterns
    )


def _files(folder: Path, patterns: list[str]) -> Iterator[Path]:
    # Not asked of git: the tests also run on a copy without history, and see a file before it is added.
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if _ignored(PurePosixPath(path.relative_to(_ROOT).as_posix()), patterns):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(path, patterns)
        elif entry.is_file():
            yield path


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return _ROOT


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Every file's text by its path from the root; files that are not text are left out."""
    patterns = [line.rstrip("/") for line in (_ROOT / ".gitignore").read_text().splitlines() if line]
    found: dict[str, str] = {}
    for path in _files(_ROOT, patterns):
        try:
            found[path.relative_to(_ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found
