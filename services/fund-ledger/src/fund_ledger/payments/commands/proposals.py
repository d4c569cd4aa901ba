"""Commands on money that needs a second person: the county's sum, proposals, their release or rejection."""

from typing import assert_never

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.payments.commands.money import PaymentCommands
from fund_ledger.payments.commands.turn import Turn
from fund_ledger.payments.domain import limit as limits
from fund_ledger.payments.domain import proposal as proposals
from fund_ledger.payments.domain.limit import Limit, SetLimit
from fund_ledger.payments.domain.moved import RECEIPT, Money, Receipt, Revival, Transfer
from fund_ledger.payments.domain.proposal import (
    Kind,
    Proposal,
    ProposalCommand,
    Propose,
    Reject,
    RejectReason,
    Release,
)
from fund_ledger.payments.queries import limit_of
from kernel.running.runtime import Runtime
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided


class ProposalCommands:
    """One method a command; a release books in the same transaction."""

    def __init__(self, runtime: Runtime, money: PaymentCommands) -> None:
        self._runtime = runtime
        self._money = money

    async def propose(self, context: CommandContext, kind: Kind, money: Money) -> Answered:
        """Propose money to be booked by another person's release; what the ledger would refuse is refused now."""
        asked = self._money.asked(kind, context.new_id("journal"), money)
        named = money.reference if isinstance(money, Receipt) else None
        proposal = Proposal(
            # An opening balance is proposed once under its name, as it is booked once.
            proposal_id=asked.journal_id if named else context.new_id("proposal"),
            kind=kind,
            county=asked.county,
            fund=accounts.parse(asked.account).fund,
            amount_fen=asked.amount_fen,
            value_on=money.value_on,
            account=asked.account,
            counter=money.counter if isinstance(money, Transfer) else None,
            source=_why(money),
            corrects=money.journal_id if isinstance(money, Revival) else None,
            reference=named,
            proposed_on=context.today,
            proposed_by=context.actor,
        )

        async def attempt(turn: Turn) -> Outcome:
            booked = await turn.booked()
            done = await _on_proposal(turn, proposal.proposal_id, Propose(proposal), status=201)
            if not booked.events and any(append.events for append in done.appends):
                raise conflict("OPENING_TAKEN", f"the balance {named} of {proposal.fund} was taken over before")
            return done

        return await self._money.in_turn(context, asked, attempt)

    async def release(self, context: CommandContext, of: Proposal) -> Answered:
        """Another person releases a proposal: it is booked with it, by the books as they stand now."""
        asked = self._money.asked(of.kind, context.new_id("journal"), money_of(of))

        async def attempt(turn: Turn) -> Outcome:
            limit = await limit_of(turn.connection, of.county)
            command = Release(
                proposal_id=of.proposal_id,
                by=context.actor,
                on=context.today,
                journal_id=asked.books,
                limit_set_by=limit.set_by if limit else None,
            )
            # Who may release comes before what the books say.
            released = await _on_proposal(turn, of.proposal_id, command)
            booked = await turn.booked()
            journals = (booked.append,) if booked.events else ()
            return msgspec.structs.replace(released, appends=(*released.appends, *journals))

        return await self._money.in_turn(context, asked, attempt)

    async def reject(self, context: CommandContext, of: Proposal, reason: RejectReason) -> Answered:
        """A proposal is not booked."""
        command = Reject(proposal_id=of.proposal_id, by=context.actor, on=context.today, reason=reason)
        return await self._runtime.path.decide(
            context, proposals.DECIDER, proposals.stream_of(of.proposal_id), command, lambda done: _body(done.after)
        )

    async def set_limit(self, context: CommandContext, county: str, above_fen: int) -> Answered:
        """The agency sets the sum above which a second person releases money of a county."""
        limit = Limit(county=county, above_fen=above_fen, set_on=context.today, set_by=context.actor)
        body = {"county": county, "above": yuan_from_fen(above_fen)}
        return await self._runtime.path.decide(
            context, limits.DECIDER, limits.stream_of(county), SetLimit(limit), lambda _done: body
        )


def _why(money: Money) -> str:
    """Where a receipt came from, why a debt is written off or owed again; nothing of other transfers."""
    match money:
        case Receipt(source=source):
            return source
        case Revival(reason=reason):
            return reason
        case Transfer(ground=ground):
            return ground or ""
        case _:
            assert_never(money)


def money_of(of: Proposal) -> Money:
    """What a proposal proposes."""
    if of.corrects is not None:
        return Revival(
            journal_id=of.corrects,
            account=of.account,
            amount_fen=of.amount_fen,
            value_on=of.value_on,
            reason=of.source,
        )
    if of.kind == RECEIPT:
        return Receipt(
            county=of.county,
            fund=of.fund,
            amount_fen=of.amount_fen,
            source=of.source,
            value_on=of.value_on,
            reference=of.reference,
        )
    return Transfer(of.account, of.amount_fen, of.value_on, of.counter, of.source or None)


async def _on_proposal(turn: Turn, proposal_id: str, command: ProposalCommand, *, status: int = 200) -> Outcome:
    stream, state = await turn.within.standing(proposals.DECIDER, proposals.stream_of(proposal_id))
    done = decided(proposals.DECIDER, stream, state, command)
    return done.outcome(_body(done.after), status)


def _body(proposal: Proposal) -> dict[str, str | None]:
    return {
        "proposal_id": proposal.proposal_id,
        "status": proposal.status,
        "journal_id": proposal.journal_id,
    }
