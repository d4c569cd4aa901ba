"""The commands of the tutorial are read by the command line, and its requests go to paths that there are."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import typer

from onestop.main import app

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted((ROOT / "docs/tutorial").glob("*.md"))
#: What B stands for in the page.
_BASE: Final = "/v1/feeds/civil-affairs"
#: What … stands for in a command that says again what one before it said.
_AS_ABOVE: Final = "november.xlsx --department civil-affairs --number 2026-11 --as-of 2026-11-30 --category DIBAO"
_COMMAND: Final = re.compile(r"`(onestop [^`]+)`|^\s*(onestop (?:.*\\\n)*.*)$", re.MULTILINE)
_REQUEST: Final = re.compile(r"`(GET|POST|PUT) B(/[^`\s?]+)")


def commands() -> Iterator[str]:
    for page in PAGES:
        for inline, block in _COMMAND.findall(page.read_text(encoding="utf-8")):
            yield re.sub(r"\s+", " ", (inline or block).replace("\\\n", " ")).replace("…", _AS_ABOVE).strip("` ")


def read(command: Any, words: list[str], parent: Any = None) -> None:
    """Read the words as the command line would, and do nothing; raises what it says of words that it does not know."""
    context = command.make_context(words[0], words[1:], parent=parent)
    if hasattr(command, "resolve_command"):
        name, found, remaining = command.resolve_command(context, [*context._protected_args, *context.args])
        read(found, [str(name), *remaining], context)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_command_of_the_tutorial_is_read(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("november.xlsx", "FILE"):
        (tmp_path / name).touch()
    read(typer.main.get_command(app), shlex.split(command))


def test_a_command_that_nobody_knows_is_not_read() -> None:
    with pytest.raises(Exception, match="No such option"):
        read(typer.main.get_command(app), ["onestop", "feed", "--nobody-knows"])


def test_every_request_of_the_tutorial_has_a_path() -> None:
    document = msgspec.json.decode((ROOT / "docs/openapi/identity.json").read_bytes())
    known = {
        (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)))
        for path, operations in document["paths"].items()
        for method in operations
    }
    asked = {found for page in PAGES for found in _REQUEST.findall(page.read_text(encoding="utf-8"))}
    assert len(asked) > 5
    for method, path in asked:
        fits = [one for one, pattern in known if one == method and pattern.fullmatch(f"{_BASE}{path}")]
        assert fits, f"{method} {path}"
