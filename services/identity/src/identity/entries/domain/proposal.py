"""A proposal: what a department wants to say of a person, before anybody has approved it."""

from datetime import date
from typing import TypeAlias, assert_never

import msgspec

from identity.persons.domain.categories import Department, Group, PovertyStatus
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, EndReason, Membership
from identity.persons.domain.person import AssertMembership, Command, CorrectMembership, EndMembership
from kernel.values.refusals import conflict


class ProposedAssertion(msgspec.Struct, frozen=True, tag="assert", tag_field="kind"):
    """A department wants to say that the person belongs to a category."""

    membership: Membership


class ProposedEnd(msgspec.Struct, frozen=True, tag="end", tag_field="kind"):
    """A department wants a membership to hold on ``last_day`` for the last time."""

    membership_id: str
    last_day: date
    reason: EndReason


class ProposedCorrection(msgspec.Struct, frozen=True, kw_only=True, tag="correct", tag_field="kind"):
    """A department wants a membership to read like this."""

    membership_id: str
    reason: CorrectionReason
    valid_from: date
    evidence: str
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None


Proposal: TypeAlias = ProposedAssertion | ProposedEnd | ProposedCorrection


def command_of(proposal: Proposal, department: Department, born_on: date | None, stated: str) -> Command:
    """The command to the person that a proposal stands for. A proposal is stored, so it holds no birth date.

    ``stated`` is when the department said so, which is when it was handed in and not when it was approved.
    """
    match proposal:
        case ProposedAssertion(membership=membership):
            return AssertMembership(msgspec.structs.replace(membership, stated=stated), born_on)
        case ProposedEnd(membership_id=membership_id, last_day=last_day, reason=reason):
            return EndMembership(department, membership_id, last_day, reason, stated)
        case ProposedCorrection():
            said = msgspec.structs.asdict(proposal)
            return CorrectMembership(department=department, born_on=born_on, stated=stated, **said)
        case _:
            assert_never(proposal)


def check_newest(proposal: Proposal, person: Entitlement, stated: str) -> None:
    """Refuse to change a membership of which the department said something newer meanwhile: ENTRY_SUPERSEDED."""
    if isinstance(proposal, ProposedAssertion):
        return  # What overlaps is refused anyway, and what does not contradicts nothing.
    if person.membership(proposal.membership_id).stated > stated:
        detail = "the department said something newer of this membership after the entry was handed in"
        raise conflict("ENTRY_SUPERSEDED", detail, membership_id=proposal.membership_id)


def membership_id_of(proposal: Proposal) -> str:
    """The membership that a proposal is about."""
    return (proposal.membership if isinstance(proposal, ProposedAssertion) else proposal).membership_id
