"""Commands on consultation fees."""

from datetime import date

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.institutions.commands.rules import fee_rule
from fund_ledger.institutions.commands.turn import Lines, Turn, Turns, written
from fund_ledger.institutions.domain.fee import (
    FeeCommand,
    Fees,
    FeesPaid,
    FeesRetained,
    PassOn,
    ReportFees,
    ReturnFees,
    Route,
    fees_id,
)
from fund_ledger.institutions.domain.fee_postings import held_by_centre, postings_of
from fund_ledger.institutions.domain.passing_on import DECIDER
from fund_ledger.institutions.queries import elsewhere_of, is_reported, sender_of, settles_here, unreported_by
from fund_ledger.journals.domain import accounts
from fund_ledger.months.domain import last_day
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What a centre reports: the visits of each clinic in a month."""

    county: str
    centre_id: str
    month: date
    route: Route
    visits: tuple[tuple[str, int], ...]
    number: int = 1


class FeeCommands:
    """One method a command; what moves money is booked with it."""

    def __init__(self, runtime: Runtime, config: Config, charts: Charts, turns: Turns) -> None:
        self._runtime = runtime
        self._library = config.library
        self._tells = config.tells_money
        self._charts = charts
        self._turns = turns

    async def report(self, context: CommandContext, reported: Reported) -> Answered:
        """A centre reports a month of its clinics."""
        fund, unit_fee, clause = fee_rule(self._library, reported.county, last_day(reported.month))
        self._charts.ever(reported.county).fund(fund)
        command = ReportFees(
            fees_id=fees_id(reported.centre_id, reported.county, reported.month, reported.number),
            county=reported.county,
            fund=fund,
            centre_id=reported.centre_id,
            month=reported.month,
            route=reported.route,
            unit_fee_fen=unit_fee,
            visits=reported.visits,
            is_here=False,
            elsewhere=(),
            clause=clause,
            by=context.actor,
            today=context.today,
        )
        before = fees_id(reported.centre_id, reported.county, reported.month, max(1, reported.number - 1))

        async def attempt(turn: Turn) -> Outcome:
            found = msgspec.structs.replace(
                command,
                is_here=await settles_here(turn.connection, reported.county, reported.centre_id),
                elsewhere=await elsewhere_of(turn.connection, command),
                in_order=reported.number == 1 or await is_reported(turn.connection, before),
                unreported=await unreported_by(turn.connection, command) if self._tells else None,
            )
            done = await turn.decide(DECIDER, _stream(command.fees_id), found)
            return Outcome(written(done), _body(done.after), 201)

        # Whoever reports for the county holds the same account: two centres never name a clinic at the same time.
        return await self._turns.take(context, reported.county, [accounts.fund(reported.county, fund)], attempt)

    async def say(self, context: CommandContext, of: Fees, command: FeeCommand) -> Answered:
        """What moves no money."""
        stream = _stream(of.fees_id)
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: _body(d.after))

    async def book(self, context: CommandContext, of: Fees, command: FeeCommand, booked_on: date) -> Answered:
        """What is booked: an approval, a payment, what was passed on."""
        money, journal_id = self._turns.money(of.county, of.fund), context.new_id("journal")

        async def attempt(turn: Turn) -> Outcome:
            asked = command
            if isinstance(command, ReturnFees):
                sent_by = await sender_of(turn.connection, _stream(of.fees_id), FeesPaid, None)
                asked = msgspec.structs.replace(command, sent_by=sent_by)
            done = await turn.decide(DECIDER, _stream(of.fees_id), asked)
            moves = next((event for event in done.events if not isinstance(event, FeesRetained)), done.events[0])
            kind, postings = postings_of(moves, money)
            lines = Lines(kind=kind, postings=postings, booked_on=booked_on, late=isinstance(command, PassOn))
            booked = await turn.book(journal_id, lines)
            body = _body(done.after) | {"journal_id": journal_id if booked else None}
            return Outcome(written(*booked, done), body)

        names = {money, accounts.fund(of.county, of.fund), held_by_centre(of)}
        return await self._turns.take(context, of.county, names, attempt)


def _body(fees: Fees) -> dict[str, str | None]:
    return {"fees_id": fees.fees_id, "status": fees.status}


def _stream(of: str) -> str:
    return f"consultation-fees/{of}"
