"""A proposal to book money: one person of finance proposes, another releases or rejects it."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict, forbidden, not_found

Kind = Literal["receipt", "payment", "collection", "write_off", "revival"]
Status = Literal["proposed", "released", "rejected"]
RejectReason = Literal["NOT_DUE", "WRONG_AMOUNT", "WRONG_PAYEE", "BOOKED_BEFORE"]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is to be booked: a receipt of a ``source`` on a fund, or a transfer that settles ``account``.

    Of a write-off ``source`` is its ground; of a revival it is why the write-off ``corrects`` was wrong.
    """

    proposal_id: str
    kind: Kind
    county: str
    fund: str
    amount_fen: int
    value_on: date
    account: str
    counter: str | None = None
    source: str = ""
    corrects: str | None = None
    #: The name of an opening balance in the system before.
    reference: str | None = None
    status: Status = "proposed"
    proposed_on: date
    proposed_by: str
    decided_on: date | None = None
    decided_by: str | None = None
    journal_id: str | None = None
    reason: RejectReason | None = None


class Propose(msgspec.Struct, frozen=True):
    """Propose money to be booked; the ledger would take it as it stands."""

    proposal: Proposal


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Another person releases it, and it is booked as ``journal_id``. ``limit_set_by`` set the county's sum."""

    proposal_id: str
    by: str
    on: date
    journal_id: str
    limit_set_by: str | None = None


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """It is not to be booked; whoever proposed it may take it back so, too."""

    proposal_id: str
    by: str
    on: date
    reason: RejectReason


ProposalCommand = Propose | Release | Reject


class MoneyProposed(msgspec.Struct, frozen=True):
    """Money is to be booked."""

    proposal: Proposal


class MoneyReleased(msgspec.Struct, frozen=True):
    """It was released, and booked with it."""

    proposal: Proposal


class MoneyRejected(msgspec.Struct, frozen=True):
    """It is not booked."""

    proposal: Proposal


ProposalEvent = MoneyProposed | MoneyReleased | MoneyRejected


def decide(command: ProposalCommand, state: Proposal | None) -> Sequence[ProposalEvent]:
    """What a command brings about.

    Raises Refused OPENING_DIFFERS, PROPOSAL_UNKNOWN, PROPOSAL_DECIDED, RELEASE_SAME_PERSON.
    """
    if isinstance(command, Propose):
        return _propose(command.proposal, state)
    of = command.proposal_id
    if state is None:
        raise not_found("PROPOSAL_UNKNOWN", f"there is no proposal {of}", proposal_id=of)
    if state.status != "proposed":
        detail = f"{of} was {state.status} on {state.decided_on} by {state.decided_by}"
        raise conflict("PROPOSAL_DECIDED", detail, proposal_id=of, status=state.status)
    decided = msgspec.structs.replace(state, decided_on=command.on, decided_by=command.by)
    match command:
        case Release(by=by, limit_set_by=set_by):
            if by in (state.proposed_by, set_by):
                did = "proposed it" if by == state.proposed_by else "set the sum above which it needs a release"
                raise forbidden("RELEASE_SAME_PERSON", f"{by} {did}; somebody else must release {of}")
            return (MoneyReleased(msgspec.structs.replace(decided, status="released", journal_id=command.journal_id)),)
        case Reject(reason=reason):
            return (MoneyRejected(msgspec.structs.replace(decided, status="rejected", reason=reason)),)
        case _:
            assert_never(command)


def _propose(wanted: Proposal, state: Proposal | None) -> Sequence[ProposalEvent]:
    """An opening balance has one proposal under its name, whoever sends it and however often."""
    if state is None:
        return (MoneyProposed(wanted),)
    if (wanted.amount_fen, wanted.value_on) != (state.amount_fen, state.value_on):
        said = f"{yuan_from_fen(state.amount_fen)} yuan on {state.value_on}"
        detail = f"the balance {state.reference} of {state.fund} was proposed as {said}; propose it under another name"
        raise conflict("OPENING_DIFFERS", detail, reference=state.reference or "")
    return ()


def evolve(_state: Proposal | None, event: ProposalEvent) -> Proposal:
    """The state after an event."""
    return event.proposal


DECIDER: Final[Decider[ProposalCommand, Proposal | None, ProposalEvent]] = Decider(None, decide, evolve)


def stream_of(proposal_id: str) -> str:
    """The stream of a proposal."""
    return f"money-proposal/{proposal_id}"
