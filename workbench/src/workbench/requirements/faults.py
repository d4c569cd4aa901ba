"""Faults of the data file: an id missing or twice, one without proof, a reference to nothing or to idle code."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workbench.requirements.document import Requirement, Requirements
from workbench.requirements.references import unresolved
from workbench.requirements.wiring import Wiring, wiring


def faults(told: Requirements, root: Path) -> Iterator[str]:
    """Everything that is wrong, each as ``id: what is wrong``; references are looked up under ``root``."""
    yield from _wrong_ids(told)
    for requirement in told.requirements:
        yield from _without_proof(requirement)
        for name in ("met_by", "not_wired", "proved_by"):
            for reference in getattr(requirement, name):
                if why := unresolved(reference, root, told.examples, test=name == "proved_by"):
                    yield f"{requirement.id}: {name} {reference}: {why}"
        yield from _wrongly_wired(requirement, wiring(root))


def _wrongly_wired(requirement: Requirement, wired: Wiring) -> Iterator[str]:
    for reference in requirement.met_by:
        path, mark, name = reference.partition("::")
        if mark and not wired.calls(path, name):
            yield f"{requirement.id}: met_by {reference}: no service calls it; name it under not_wired"
    for reference in requirement.not_wired:
        path, mark, name = reference.partition("::")
        if not mark:
            yield f"{requirement.id}: not_wired {reference}: only code can be called or not"
        elif wired.calls(path, name):
            yield f"{requirement.id}: not_wired {reference}: a service calls it by now; name it under met_by"


def _wrong_ids(told: Requirements) -> Iterator[str]:
    expected = [f"R-{code}-{n:02}" for code, each in told.documents.items() for n in range(1, each.requirements + 1)]
    found = Counter(requirement.id for requirement in told.requirements)
    yield from (f"{name}: is missing" for name in expected if name not in found)
    yield from (f"{name}: is no id of its document" for name in found if name not in expected)
    yield from (f"{name}: stands {count} times" for name, count in found.items() if count > 1)


def _without_proof(requirement: Requirement) -> Iterator[str]:
    if not requirement.service:
        yield f"{requirement.id}: names no service"
    code = requirement.met_by or requirement.not_wired
    if bool(code) != bool(requirement.proved_by):
        yield f"{requirement.id}: met_by and proved_by go together; without a test it is not met"
    if not code and requirement.not_yet is None:
        yield f"{requirement.id}: has neither what meets it nor not_yet"
    if requirement.not_wired and requirement.not_yet is None:
        yield f"{requirement.id}: is not met while no service calls what is not wired; not_yet says what is missing"
