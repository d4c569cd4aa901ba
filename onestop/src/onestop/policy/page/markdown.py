"""Markdown for pages: tables and paragraphs, with the characters that mean something to Markdown made harmless."""

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, or nothing where there is no row."""
    body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    if not body:
        return []
    return [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *body, ""]


def section(title: str, *parts: Sequence[str]) -> list[str]:
    """A section with its heading, or nothing where all parts are empty."""
    body = [line for part in parts for line in part]
    return [f"## {title}", "", *body] if body else []


def paragraph(text: str) -> list[str]:
    """A paragraph."""
    return [text, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")
