"""What is sent about entries."""

from typing import Annotated

import msgspec

from identity.entries.domain.proposal import Proposal, ProposedAssertion, ProposedCorrection, ProposedEnd
from identity.memberships.domain import Assertion, Ending
from identity.persons.domain.categories import Department
from identity.persons.domain.person import Correction
from kernel.http import RequestBody, Wire
from kernel.http.fields import Text

PersonId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
MembershipId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class AssertChange(RequestBody, Assertion, frozen=True, tag="assert", tag_field="kind"):
    """A membership that should begin."""


class EndChange(RequestBody, Ending, frozen=True, tag="end", tag_field="kind"):
    """A membership that should end."""

    membership_id: MembershipId


class CorrectChange(RequestBody, Correction, frozen=True, tag="correct", tag_field="kind", kw_only=True):
    """A membership that should read otherwise."""

    membership_id: MembershipId


Change = AssertChange | EndChange | CorrectChange


class EnterBody(RequestBody, frozen=True):
    """A change of a person's memberships by the caller's department. Its days are those of the identification."""

    person_id: PersonId
    change: Change


class AmendBody(RequestBody, frozen=True):
    """The change of a returned entry in new words."""

    change: Change


class ReasonBody(RequestBody, frozen=True):
    """Why an entry is rejected or sent back."""

    reason: Text


class EntryChanged(Wire, frozen=True, kw_only=True):
    """An entry after a step; ``person_revision`` is there once it changed the person."""

    entry_id: str
    person_id: str
    membership_id: str
    state: str
    revision: int
    person_revision: int | None = None


def proposal_from(change: Change, department: Department, new_membership_id: str) -> Proposal:
    """The domain's proposal."""
    match change:
        case AssertChange():
            return ProposedAssertion(change.membership(new_membership_id, department))
        case EndChange():
            return ProposedEnd(**msgspec.structs.asdict(change))
        case CorrectChange():
            return ProposedCorrection(**msgspec.structs.asdict(change))
