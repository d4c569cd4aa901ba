"""What commands about a person answer, in whichever topic they stand."""

from typing import Any

from identity.persons.domain.entitlement import Entitlement
from kernel.http import Wire
from kernel.writing.decision import Decision


class PersonChanged(Wire, frozen=True):
    """A person after a change."""

    person_id: str
    revision: int


def person_changed(decision: Decision[Entitlement | None, Any]) -> PersonChanged:
    """The answer to an accepted command on a person's stream."""
    after = entitlement_after(decision)
    return PersonChanged(person_id=after.person_id, revision=after.revision)


def entitlement_after(decision: Decision[Entitlement | None, Any]) -> Entitlement:
    """How the person stands after an accepted command."""
    assert decision.state is not None, "an accepted command leaves a person"
    return decision.state
