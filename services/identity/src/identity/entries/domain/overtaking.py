"""What was said after an entry was handed in and before it was approved: whoever approves it would undo that unseen."""

from collections.abc import Iterable, Sequence
from typing import Any, assert_never

from identity.entries.domain.proposal import (
    OfFact,
    Proposal,
    ProposedAssertion,
    ProposedCorrection,
    ProposedData,
    ProposedDeath,
    ProposedDeathCorrection,
    ProposedEnd,
    ProposedFact,
    ProposedFactCorrection,
    ProposedFactWithdrawal,
    ProposedMerger,
)
from identity.facts.domain.facts import Event as FactEvent
from identity.facts.domain.facts import Fact, FactTold
from identity.persons.domain.corrections import DeathCorrected, IdNumberCorrected, PersonalDataCorrected
from identity.persons.domain.person import DeathRecorded
from kernel.values.refusals import conflict

_DEATH = "the recorded death"


def check_not_overtaken(proposal: Proposal, since: Sequence[Any]) -> None:
    """Refuse an entry of which something newer was said ``since`` it was handed in: ENTRY_SUPERSEDED.

    ``since`` are the events of the person, or of the person's facts. Who sends the entry back and hands it in again
    has seen them. Memberships carry the moment at which they were said, and are held against that.
    """
    for event in since:
        if (what := _overtaken(proposal, event)) is not None:
            detail = f"{what} was written anew after the entry was handed in: hand it in again in view of that"
            raise conflict("ENTRY_SUPERSEDED", detail, overtaken_by=type(event).__name__, what=what)


def _overtaken(proposal: Proposal, event: Any) -> str | None:
    """What of a proposal an event says otherwise; None where it says nothing of it."""
    match proposal:
        case ProposedAssertion() | ProposedEnd() | ProposedCorrection() | ProposedMerger():
            return None
        case ProposedData(fields=fields):
            return next((field for field in _written(event) if field in fields), None)
        case ProposedDeath() | ProposedDeathCorrection():
            return _DEATH if isinstance(event, DeathRecorded | DeathCorrected) else None
        case ProposedFact() | ProposedFactCorrection() | ProposedFactWithdrawal():
            return _overtaken_fact(proposal, event)
        case _:
            assert_never(proposal)


def _written(event: Any) -> Iterable[str]:
    match event:
        case PersonalDataCorrected(fields=fields):
            return fields
        case IdNumberCorrected():
            return ("id_number",)
        case _:
            return ()


def _overtaken_fact(proposal: OfFact, event: FactEvent) -> str | None:
    said = [event.fact]
    if isinstance(event, FactTold) and event.cut is not None:
        said.append(event.cut)
    if isinstance(proposal, ProposedFactWithdrawal):
        same = any(fact.fact_id == proposal.fact_id for fact in said)
    else:
        same = any(_is_of(proposal.fact, fact) for fact in said)
    return f"the fact from {event.fact.valid_from}" if same else None


def _is_of(proposed: Fact, said: Fact) -> bool:
    """Whether a fact is the proposed one, or says of the same days what the proposed one says."""
    same_kind = proposed.department is said.department and type(proposed.detail) is type(said.detail)
    return proposed.fact_id == said.fact_id or (same_kind and proposed.overlaps(said))
