"""What identity tells the others: every change of a person, and nothing under a name that was never stored."""

from identity.event_types import REGISTRY
from identity.integration_events import TOLD


def test_every_change_of_a_person_is_told() -> None:
    changes = {each for each in REGISTRY.classes.values() if "entitlement" in each.__struct_fields__}
    assert len(changes) == 20
    assert changes <= TOLD.keys()


def test_nothing_is_told_that_is_never_stored() -> None:
    assert TOLD.keys() <= set(REGISTRY.classes.values())
