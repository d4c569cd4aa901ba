"""Markdown for pages: tables and paragraphs, with the characters that mean something to Markdown made harmless."""

from collections.abc import Iterable, Sequence

from law.rows import DiseaseList


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


def listed(diseases: DiseaseList) -> list[str]:
    """A list of diseases, with where their names were read; names that nothing confirms are only counted."""
    known = "、".join(disease.name for disease in diseases.diseases if not disease.sample)
    open_places = sum(1 for disease in diseases.diseases if disease.sample)
    sample = (
        "; a county must put in its own list before real use (`disease_lists` of its `.settings.yaml`)"
        if diseases.sample
        else ""
    )
    missing = f" {open_places} names are placeholders{sample}." if open_places else ""
    return paragraph(f"{diseases.count} diseases{f': {known}' if known else ''}.{missing} Source: {diseases.source}")


def spoken(name: str) -> str:
    """A name of the data in words."""
    return name.replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")
