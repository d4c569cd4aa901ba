"""The page of requirements: a summary, then a table for each document, with links."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, get_args

from workbench.requirements.document import Missing, Requirement, Requirements, Service, Status

_HEAD: Final = """# Requirements

Generated from [requirements.yaml](requirements.yaml) by `make generate`; a test checks that every reference leads
somewhere, and that services call what meets a requirement. *met*: code or a pack does it and a test proves it, edges
included; *partly*: the rest is named; *not wired*: code and tests are there, but no service calls them yet; *not yet*:
with the issue that asks for it, or *later* where no open issue does. Clauses are cited as in the packs. A requirement
of several services counts for each of them. Worked examples are played by `tests/journeys/test_examples.py`.
"""
_STATUSES: Final[tuple[Status, ...]] = get_args(Status)


def page(told: Requirements) -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, "\n".join(_summary(told))]
    for code, document in told.documents.items():
        rows = [requirement for requirement in told.requirements if requirement.document == code]
        title = f"## {document.title} ({document.cited_as})\n"
        parts.append("\n".join([title, *_table(rows)]))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _summary(told: Requirements) -> Iterator[str]:
    yield "## How far\n"
    yield _row("", *_STATUSES, "all")
    yield _row("---", *["---:"] * (len(_STATUSES) + 1))
    for code, document in told.documents.items():
        yield _counts(document.title, (each for each in told.requirements if each.document == code))
    for service in get_args(Service):
        yield _counts(f"`{service}`", (each for each in told.requirements if service in each.service))
    yield _counts("**all**", told.requirements)
    yield "\nWhat is missing, by the issue that asks for it:\n"
    yield from _by_issue(told)


def _counts(name: str, requirements: Iterable[Requirement]) -> str:
    counts = Counter(requirement.status for requirement in requirements)
    return _row(name, *(str(counts[status]) for status in _STATUSES), str(counts.total()))


def _by_issue(told: Requirements) -> Iterator[str]:
    issues: dict[str, list[str]] = {}
    for requirement in told.requirements:
        if requirement.not_yet is not None:
            issues.setdefault(_issue(requirement.not_yet), []).append(requirement.id)
    for issue, ids in sorted(issues.items()):
        yield f"* {issue} ({len(ids)}): {', '.join(ids)}"


def _table(requirements: Iterable[Requirement]) -> Iterator[str]:
    yield _row("id", "clause", "rule", "service", "state", "met by", "proved by", "not yet")
    yield _row(*["---"] * 8)
    for each in requirements:
        yield _row(
            each.id,
            each.clause,
            each.rule,
            ", ".join(each.service),
            each.status,
            "<br>".join([*map(_link, each.met_by), *(f"{_link(idle)} (not wired)" for idle in each.not_wired)]),
            "<br>".join(map(_link, each.proved_by)),
            _missing(each),
        )


def _missing(requirement: Requirement) -> str:
    missing = requirement.not_yet
    return "" if missing is None else f"{missing.what} ({_issue(missing)})"


def _issue(missing: Missing) -> str:
    return "later" if missing.issue == "later" else f"issue {missing.issue}"


def _link(reference: str) -> str:
    for mark in ("::", "#"):
        path, found, name = reference.partition(mark)
        if found:
            return f"[{name}](../{path})"
    return reference.replace(":", " ")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
