"""Faults of the data file: an id that is missing or stands twice, one without proof, a reference that leads nowhere."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workbench.requirements.document import Requirement, Requirements
from workbench.requirements.references import unresolved


def faults(told: Requirements, root: Path) -> Iterator[str]:
    """Everything that is wrong, each as ``id: what is wrong``; references are looked up under ``root``."""
    yield from _wrong_ids(told)
    for requirement in told.requirements:
        yield from _without_proof(requirement)
        for reference in requirement.met_by:
            if why := unresolved(reference, root, told.examples, test=False):
                yield f"{requirement.id}: met_by {reference}: {why}"
        for reference in requirement.proved_by:
            if why := unresolved(reference, root, told.examples, test=True):
                yield f"{requirement.id}: proved_by {reference}: {why}"


def _wrong_ids(told: Requirements) -> Iterator[str]:
    expected = [f"R-{code}-{n:02}" for code, each in told.documents.items() for n in range(1, each.requirements + 1)]
    found = Counter(requirement.id for requirement in told.requirements)
    yield from (f"{name}: is missing" for name in expected if name not in found)
    yield from (f"{name}: is no id of its document" for name in found if name not in expected)
    yield from (f"{name}: stands {count} times" for name, count in found.items() if count > 1)


def _without_proof(requirement: Requirement) -> Iterator[str]:
    if not requirement.service:
        yield f"{requirement.id}: names no service"
    if bool(requirement.met_by) != bool(requirement.proved_by):
        yield f"{requirement.id}: met_by and proved_by go together; without a test it is not met"
    if not requirement.met_by and requirement.not_yet is None:
        yield f"{requirement.id}: has neither what meets it nor not_yet"
