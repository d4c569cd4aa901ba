"""A proposal: what a department wants to say of a person, before anybody has approved it."""

from datetime import date
from typing import TypeAlias, assert_never

import msgspec

from identity.facts.domain.facts import Command as FactCommand
from identity.facts.domain.facts import CorrectFact, Fact, FactCorrectionReason, TellFact, WithdrawFact
from identity.persons.domain.categories import Department, Group, PovertyStatus
from identity.persons.domain.corrections import DataCorrectionReason, DeathCorrectionReason
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, EndReason, Membership
from identity.persons.domain.owners import Owners
from identity.persons.domain.person import (
    AssertMembership,
    Command,
    CorrectMembership,
    EndMembership,
    SealedPersonalData,
)
from kernel.values.refusals import conflict


class Saying(msgspec.Struct, frozen=True):
    """What holds when a proposal is decided. A proposal is stored, so it holds no birth date.

    ``stated`` is when the department said so, which is when it was handed in and not when it was approved.
    """

    born_on: date | None
    stated: str
    owners: Owners


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


class ProposedDeath(msgspec.Struct, frozen=True, tag="death", tag_field="kind"):
    """The person is said to have died."""

    died_on: date


class ProposedDeathCorrection(msgspec.Struct, frozen=True, tag="correct_death", tag_field="kind"):
    """The recorded day of death should read otherwise, or the person is not dead."""

    reason: DeathCorrectionReason
    evidence: str
    died_on: date | None = None


class ProposedData(msgspec.Struct, frozen=True, kw_only=True, tag="correct_data", tag_field="kind"):
    """The name, or the ID number with birth date and sex, should read otherwise: ``fields`` of what is sealed.

    It is sealed under the person's own key, so who is forgotten is forgotten here, too.
    """

    sealed: SealedPersonalData
    fields: tuple[str, ...]
    reason: DataCorrectionReason


class ProposedFact(msgspec.Struct, frozen=True, tag="tell_fact", tag_field="kind"):
    """A department wants to tell a fact."""

    fact: Fact


class ProposedFactCorrection(msgspec.Struct, frozen=True, tag="correct_fact", tag_field="kind"):
    """A department wants its fact to read otherwise."""

    fact: Fact
    reason: FactCorrectionReason


class ProposedFactWithdrawal(msgspec.Struct, frozen=True, tag="withdraw_fact", tag_field="kind"):
    """A department wants to take its fact back."""

    fact_id: str


class ProposedMerger(msgspec.Struct, frozen=True, tag="merge", tag_field="kind"):
    """Another record is said to be of the same person; ``keep`` names memberships to keep where two contradict."""

    other_id: str
    evidence: str
    keep: tuple[str, ...] = ()


OfMembership: TypeAlias = ProposedAssertion | ProposedEnd | ProposedCorrection
OfFact: TypeAlias = ProposedFact | ProposedFactCorrection | ProposedFactWithdrawal
Proposal: TypeAlias = OfMembership | OfFact | ProposedDeath | ProposedDeathCorrection | ProposedData | ProposedMerger


def command_of(proposal: OfMembership, department: Department, said: Saying) -> Command:
    """The command to the person that a proposal of a membership stands for."""
    match proposal:
        case ProposedAssertion(membership=membership):
            named = msgspec.structs.replace(membership, stated=said.stated)
            return AssertMembership(named, said.born_on, said.owners)
        case ProposedEnd(membership_id=membership_id, last_day=last_day, reason=reason):
            return EndMembership(department, membership_id, last_day, reason, said.stated)
        case ProposedCorrection():
            read = msgspec.structs.asdict(proposal)
            return CorrectMembership(
                department=department, born_on=said.born_on, stated=said.stated, owners=said.owners, **read
            )
        case _:
            assert_never(proposal)


def fact_command_of(proposal: OfFact, person_id: str, department: Department, born_on: date | None) -> FactCommand:
    """The command to the person's facts that a proposal of a fact stands for."""
    match proposal:
        case ProposedFact(fact=fact):
            return TellFact(person_id, fact, born_on)
        case ProposedFactCorrection(fact=fact, reason=reason):
            return CorrectFact(fact, reason, born_on)
        case ProposedFactWithdrawal(fact_id=fact_id):
            return WithdrawFact(fact_id, department, FactCorrectionReason.ENTERED_WRONGLY)
        case _:
            assert_never(proposal)


def check_newest(proposal: OfMembership, person: Entitlement, stated: str) -> None:
    """Refuse to change a membership of which the department said something newer meanwhile: ENTRY_SUPERSEDED."""
    if isinstance(proposal, ProposedAssertion):
        return  # What overlaps is refused anyway, and what does not contradicts nothing.
    if person.membership(proposal.membership_id).stated > stated:
        detail = "the department said something newer of this membership after the entry was handed in"
        raise conflict("ENTRY_SUPERSEDED", detail, membership_id=proposal.membership_id)


def about_of(proposal: Proposal) -> str:
    """The id of the membership, or else of the fact, that a proposal is about; empty where it is about the person."""
    match proposal:
        case ProposedAssertion(membership=membership):
            return membership.membership_id
        case ProposedEnd(membership_id=about) | ProposedCorrection(membership_id=about):
            return about
        case ProposedFact(fact=fact) | ProposedFactCorrection(fact=fact):
            return fact.fact_id
        case ProposedFactWithdrawal(fact_id=about):
            return about
        case ProposedDeath() | ProposedDeathCorrection() | ProposedData() | ProposedMerger():
            return ""
        case _:
            assert_never(proposal)
