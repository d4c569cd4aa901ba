"""What was released stays: the API, the published events, the stored events (R-HN-15)."""

from pathlib import Path

import pytest

from workbench.promises.released import broken_promises, released_samples, released_surface
from workbench.promises.surface import ANSWERS, ASKS, KEEPS, TELLS


def test_no_released_promise_is_broken(root: Path) -> None:
    assert broken_promises(root) == [], "docs/contracts/README.md says how a contract may change"


def test_every_released_version_of_a_stored_event_has_a_sample(root: Path) -> None:
    versions = {place for place in released_surface(root, "stored") if KEEPS not in place}
    assert versions == {sample.head for sample in released_samples(root)} != set()


@pytest.mark.parametrize(("name", "verbs"), [("api", {ASKS, ANSWERS}), ("published", {TELLS}), ("stored", {KEEPS})])
def test_the_released_lines_are_complete_enough_to_compare(root: Path, name: str, verbs: set[str]) -> None:
    places = released_surface(root, name)
    assert all(any(verb in place for place in places) for verb in verbs)
