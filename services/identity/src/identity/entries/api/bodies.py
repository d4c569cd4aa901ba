"""What is sent and answered about entries."""

from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec

from identity.entries.domain.proposal import Proposal, ProposedAssertion, ProposedCorrection, ProposedEnd
from identity.memberships.api.memberships import (
    AssertMembershipBody,
    CorrectMembershipBody,
    EndMembershipBody,
    check_text,
)
from identity.persons.domain.categories import Department
from identity.persons.domain.membership import Membership
from kernel.http import RequestBody, Wire

PersonId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
MembershipId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class AssertChange(AssertMembershipBody, frozen=True, tag="assert", tag_field="kind"):
    """A membership that should begin."""


class EndChange(EndMembershipBody, frozen=True, tag="end", tag_field="kind"):
    """A membership that should end."""

    membership_id: MembershipId


class CorrectChange(CorrectMembershipBody, frozen=True, tag="correct", tag_field="kind", kw_only=True):
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

    reason: Reason


class EntryChanged(Wire, frozen=True):
    """An entry after a step; ``person_revision`` is there once it changed the person."""

    entry_id: str
    person_id: str
    membership_id: str
    state: str
    revision: int
    person_revision: int | None = None


class ProposalAnswer(Wire, frozen=True):
    """What is proposed, in the words of the request."""

    kind: str
    membership_id: str
    category: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    last_day: date | None = None
    reason: str | None = None
    evidence: str | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


class EntryAnswer(Wire, frozen=True):
    """An entry as it stands: who handled it, and when."""

    entry_id: str
    person_id: str
    county: str
    department: str
    proposal: ProposalAnswer
    state: str
    authors: list[str]
    entered_at: datetime
    submitted_at: datetime
    revision: int
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class DelayAnswer(Wire, frozen=True):
    """How long a step took in a county and month: whole hours, an hour begun counts; of two middles the lower."""

    county: str
    month: str
    step: str
    count: int
    median_hours: int
    max_hours: int


_SHOWN: Final = frozenset(ProposalAnswer.__struct_fields__)


def proposal_from(change: Change, department: Department, new_membership_id: str) -> Proposal:
    """The domain's proposal; raises Refused PERSONAL_DATA_IN_TEXT."""
    said = msgspec.structs.asdict(change)
    match change:
        case AssertChange():
            check_text(change.evidence)
            return ProposedAssertion(Membership(membership_id=new_membership_id, department=department, **said))
        case EndChange():
            return ProposedEnd(**said)
        case CorrectChange():
            check_text(change.evidence)
            return ProposedCorrection(**said)


def proposal_answer(proposal: dict[str, Any]) -> ProposalAnswer:
    """A stored proposal as it is shown."""
    flat = {**proposal, **proposal.get("membership", {})}
    return msgspec.convert({name: value for name, value in flat.items() if name in _SHOWN}, ProposalAnswer)
