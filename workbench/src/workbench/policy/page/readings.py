"""Readings on a page: what the text leaves open, what was taken, why, and what else it could be."""

from law.packs.model import PackFile
from law.packs.readings import SWITCHABLE
from workbench.policy.page.markdown import paragraph, section, spoken, table
from workbench.policy.questions import question


def readings(file: PackFile) -> list[str]:
    """Every reading of the pack."""
    rows = [
        (r.ambiguity, question(r.ambiguity).asks, spoken(r.value), r.why, _others(r.ambiguity, r.value))
        for r in file.readings
    ]
    return section(
        "Where the text is open 条文理解",
        paragraph(
            "A reading with a name in the last column can be chosen in the county's `.settings.yaml`, without a change "
            "of code; `onestop policy diff` finds who would pay otherwise."
        ),
        table(["id", "what was open", "taken as", "why", "what else it could be"], rows),
    )


def _others(ambiguity: str, taken: str) -> str:
    names = [f"`{value}`" for value in SWITCHABLE.get(ambiguity, ()) if value != taken]
    otherwise = question(ambiguity).otherwise
    return f"{otherwise} ({', '.join(names)})" if names else otherwise
