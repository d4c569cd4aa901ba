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
    return PersonChanged(person_id=decision.after.person_id, revision=decision.after.revision)
