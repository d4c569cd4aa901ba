"""Of every stored event it is said what others are told of it."""

from settlement.event_types import REGISTRY
from settlement.integration_events import PUBLISHED


def test_of_every_event_it_is_said_whether_others_are_told() -> None:
    assert set(PUBLISHED) == set(REGISTRY.classes.values())
