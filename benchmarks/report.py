"""How figures are written down: a page of Markdown beside the code, which is also printed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.platform_process import machine


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; a row that is too short ends with empty cells."""
    filled = [[*row, *[""] * (len(headings) - len(row))] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *filled)]


def write(name: str, title: str, *lines: str) -> None:
    """Print the lines and write them to ``name``, under what they were measured on."""
    on = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}."
    text = "\n".join([f"# {title}", "", on, *lines, ""])
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")
    print(text)
