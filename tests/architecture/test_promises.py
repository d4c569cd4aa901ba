"""What was released stays: the API, the published events, the stored events (R-HN-15)."""

from pathlib import Path

import msgspec
import pytest

from workbench.promises.released import broken_promises, released_messages, released_samples, released_surface
from workbench.promises.surface import ANSWERS, ASKS, KEEPS, TELLS
from workbench.promises.told import told_otherwise


def test_no_released_promise_is_broken(root: Path) -> None:
    assert broken_promises(root) == [], "docs/contracts/README.md says how a contract may change"


def test_every_released_version_of_a_stored_event_has_a_sample(root: Path) -> None:
    versions = {place for place in released_surface(root, "stored") if KEEPS not in place}
    assert versions == {sample.head for sample in released_samples(root)} != set()


def test_every_released_version_of_a_stored_event_has_its_message_pinned(root: Path) -> None:
    samples, messages = released_samples(root), released_messages(root)
    assert {sample.head for sample in samples} == {message.head for message in messages}
    assert sum(message.type is not None for message in messages) > 20


@pytest.mark.parametrize("other", [{"type": None}, {"key": "P9"}, {"body": "{}"}])
def test_an_old_event_that_is_told_otherwise_is_found(root: Path, other: dict[str, str]) -> None:
    pinned = next(message for message in released_messages(root) if message.type is not None)
    (sentence,) = told_otherwise([msgspec.structs.replace(pinned, **other)], released_samples(root))
    assert sentence.startswith(f"{pinned.head} is told otherwise than it was")


@pytest.mark.parametrize(("name", "verbs"), [("api", {ASKS, ANSWERS}), ("published", {TELLS}), ("stored", {KEEPS})])
def test_the_released_lines_are_complete_enough_to_compare(root: Path, name: str, verbs: set[str]) -> None:
    places = released_surface(root, name)
    assert all(any(verb in place for place in places) for verb in verbs)
