"""Commands on placed money and on the aid that hospitals give of it."""

from datetime import date

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.institutions.commands.rules import placement_clause
from fund_ledger.institutions.commands.turn import Lines, Turn, Turns, written
from fund_ledger.institutions.domain import aid as aids
from fund_ledger.institutions.domain.aid import Aid, EnterAid, ReconcileAid, WithdrawAid
from fund_ledger.institutions.domain.placement import (
    DECIDER,
    OrderPlacement,
    Placement,
    PlacementCommand,
    Use,
    placement_id,
)
from fund_ledger.institutions.domain.placement_postings import (
    at_hospital,
    owed_to,
    postings_of_aid,
    postings_of_placement,
)
from fund_ledger.institutions.queries import owed_for
from fund_ledger.journals.domain import accounts
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from law.packs import PackLibrary


class PlacementCommands:
    """One method a command; what moves money is booked with it."""

    def __init__(self, runtime: Runtime, library: PackLibrary, charts: Charts, turns: Turns) -> None:
        self._runtime = runtime
        self._library = library
        self._charts = charts
        self._turns = turns

    async def order(self, context: CommandContext, hospital: tuple[str, str, str], amount_fen: int) -> Answered:
        """Order money of a (county, fund) to be placed at a hospital."""
        county, fund, hospital_id = hospital
        self._charts.ever(county).fund(fund)
        clause = placement_clause(self._library, county, fund, context.today)
        command = OrderPlacement(
            placement_id=placement_id(county, fund, hospital_id),
            county=county,
            fund=fund,
            hospital_id=hospital_id,
            amount_fen=amount_fen,
            clause=clause,
            by=context.actor,
            today=context.today,
        )
        stream = _stream(command.placement_id)
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: _body(d.after), status=201)

    async def move(self, context: CommandContext, of: Placement, command: PlacementCommand, moved_on: date) -> Answered:
        """What was ordered was paid, or came back."""
        money, journal_id = self._turns.money(of.county, of.fund), context.new_id("journal")

        async def attempt(turn: Turn) -> Outcome:
            done = await turn.decide(DECIDER, _stream(of.placement_id), command)
            kind, postings = postings_of_placement(done.events[-1], money)
            booked = await turn.book(journal_id, Lines(kind=kind, postings=postings, booked_on=moved_on))
            return Outcome(written(*booked, done), _body(done.after) | {"journal_id": journal_id})

        return await self._turns.take(context, of.county, _names(of, money), attempt)

    async def give(self, context: CommandContext, of: Placement, aid: Aid) -> Answered:
        """A hospital gave aid on the spot."""
        journal_id = context.new_id("journal")
        entered = EnterAid(aid=msgspec.structs.replace(aid, journal_id=journal_id), today=context.today)
        return await self._on_aid(context, of, entered, (journal_id, aid.given_on), status=201)

    async def withdraw(self, context: CommandContext, of: Placement, aid_id: str) -> Answered:
        """Aid that was entered wrongly is taken back, today."""
        return await self._on_aid(context, of, WithdrawAid(aid_id), (context.new_id("journal"), context.today))

    async def _on_aid(
        self,
        context: CommandContext,
        of: Placement,
        command: EnterAid | WithdrawAid,
        booking: tuple[str, date],
        *,
        status: int = 200,
    ) -> Answered:
        journal_id, booked_on = booking
        aid_id = command.aid_id if isinstance(command, WithdrawAid) else command.aid.aid_id
        payer = self._turns.purpose(of.county, of.fund)

        async def attempt(turn: Turn) -> Outcome:
            done = await turn.decide(aids.DECIDER, _aid_stream(aid_id), command)
            # Only what was decided here tells the aid: the number may have been entered anew while we waited.
            aid, gives = done.after, isinstance(command, EnterAid)
            use = Use(placement_id=of.placement_id, amount_fen=aid.amount_fen if gives else -aid.amount_fen)
            used = await turn.decide(DECIDER, _stream(of.placement_id), use)
            lines = _lines(done.events[-1], payer, booked_on, None if gives else aid)
            booked = await turn.book(journal_id, lines)
            body = {"aid_id": aid_id, "status": aid.status, "journal_id": journal_id}
            return Outcome(written(*booked, used, done), body, status)

        return await self._turns.take(context, of.county, _names(of), attempt)

    async def reconcile(self, context: CommandContext, of: Aid, settlement_id: str) -> Answered:
        """The same aid was settled by the system: what it owes the hospital was paid on the spot already."""
        journal_id, payer = context.new_id("journal"), self._turns.purpose(of.county, of.fund)
        payable = owed_to(of)

        async def attempt(turn: Turn) -> Outcome:
            owed = await owed_for(turn.connection, settlement_id, payable)
            command = ReconcileAid(aid_id=of.aid_id, settlement_id=settlement_id, owed_fen=owed)
            done = await turn.decide(aids.DECIDER, _aid_stream(of.aid_id), command)
            lines = _lines(done.events[-1], payer, context.today, of)
            booked = await turn.book(journal_id, lines)
            body = {"aid_id": of.aid_id, "status": done.after.status, "journal_id": journal_id}
            return Outcome(written(*booked, done), body)

        names = [payable, accounts.fund(of.county, of.fund)]
        return await self._turns.take(context, of.county, names, attempt)


def _lines(event: aids.AidEvent, payer: str, booked_on: date, corrects: Aid | None) -> Lines:
    kind, postings = postings_of_aid(event, payer)
    taken_back = corrects.journal_id if corrects else None
    return Lines(kind=kind, postings=postings, booked_on=booked_on, corrects=taken_back, late=True)


def _names(of: Placement, *more: str) -> set[str]:
    return {at_hospital(of), accounts.fund(of.county, of.fund), *more}


def _body(placement: Placement) -> dict[str, str]:
    return {"placement_id": placement.placement_id}


def _stream(of: str) -> str:
    return f"placement/{of}"


def _aid_stream(of: str) -> str:
    return f"on-site-aid/{of}"
