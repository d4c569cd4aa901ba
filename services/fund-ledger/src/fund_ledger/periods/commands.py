"""Closing months and years, and paying what a clearing left: each in one transaction, so that none is half done."""

from collections.abc import Callable
from datetime import date
from typing import Any

from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months import domain as months
from fund_ledger.months.domain import CloseMonth, must_be_open
from fund_ledger.months.queries import hold_alone, open_from
from fund_ledger.periods.domain import refund, year
from fund_ledger.periods.domain.clearing import cleared
from fund_ledger.periods.domain.refund import PayClearing
from fund_ledger.periods.domain.year import CloseYear, SettleClearing, Years
from fund_ledger.periods.queries import flows, look, standing
from kernel.messaging.event_log import TransportAwayError
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Outcome, decided


class PeriodCommands:
    """One method a command. A command that is sent again, by whomever, finds it done and says so."""

    def __init__(self, runtime: Runtime, config: Config, charts: Charts) -> None:
        self._runtime = runtime
        self._library = config.library
        self._unheard_seconds = config.unheard_seconds
        self._tells = config.tells_money
        self._charts = charts

    async def close_month(self, context: CommandContext, county: str, month: date) -> Answered:
        """Close a month of a county: what was booked until now is in it, and nothing comes to it any more.

        What was told before is booked before: a message that is missing, or that nobody consumes, is in the way,
        whichever instance reads its topic.
        """
        unheard = await self._unheard()

        async def close(connection: Connection, within: Within) -> Answered:
            await hold_alone(connection, county)
            found = await look(connection, county, month)
            command = CloseMonth(
                county=county,
                month=month,
                today=context.today,
                obstacles=found.obstacles + unheard,
                entries=found.entries,
                funds=found.funds,
            )
            body = {"county": county, "month": f"{month:%Y-%m}"}
            return await within.decide(context, months.DECIDER, f"months/{county}", command, lambda _: body)

        return await self._alone(close)

    async def _unheard(self) -> tuple[str, ...]:
        """What was published and is not consumed, in words; what is under way is waited for."""
        try:
            unheard = await self._runtime.unconsumed(self._unheard_seconds)
        except TransportAwayError as error:
            return (f"nobody can say whether all messages have come: {error}",)
        return tuple(
            f"{count} messages of {topic} are not consumed, or one before them is missing: see onestop doctor"
            for (_, topic), count in sorted(unheard.items())
        )

    async def close_year(self, context: CommandContext, county: str, of: int) -> Answered:
        """Close a year of a county after its December, and clear each account that the place's documents name."""

        async def close(connection: Connection, within: Within) -> Answered:
            await hold_alone(connection, county)
            _, closed = await within.standing(months.DECIDER, f"months/{county}")
            december = date(of, 12, 31)
            policies = self._library.newest(county, december)
            rules = [(rule, one.file.document.cited_as) for one in policies for rule in one.file.clearing]
            command = CloseYear(
                county=county,
                year=of,
                today=context.today,
                months_closed=closed.closed,
                cleared=cleared(rules, await flows(connection, county, of)),
                carried=await standing(connection, county, december),
                tells=self._tells,
            )
            body = {"county": county, "year": of}
            return await within.decide(context, year.DECIDER, _years(county), command, lambda _: body)

        return await self._alone(close)

    async def settle_clearing(
        self, context: CommandContext, county: str, of: int, account: str, paid_on: date
    ) -> Answered:
        """Book the refund or the top-up that the clearing of a closed year left for an account."""
        journal_id = context.new_id("journal")

        async def settle(connection: Connection, within: Within) -> Answered:
            first = await open_from(connection, [county])
            fund = account.partition("/")[0]
            names = accounts.fund(county, fund), accounts.bank(county, fund)
            held = await hold(connection, names, free_on=context.today)

            async def attempt() -> Outcome:
                stream, years = await within.standing(year.DECIDER, _years(county))
                pay = self._payment(years, journal_id, of, account, held, paid_on)
                must_be_open(paid_on, county, first[county])
                journal = decided(refund.DECIDER, *await within.standing(refund.DECIDER, f"journal/{journal_id}"), pay)
                done = SettleClearing(
                    year=of, account=account, journal_id=journal_id, settled_on=paid_on, tells=self._tells
                )
                settled = decided(year.DECIDER, stream, years, done)
                return Outcome((journal.append, settled.append), {"journal_id": journal_id}, 201)

            return await within.run(context, attempt)

        return await self._alone(settle)

    def _payment(
        self, years: Years, journal_id: str, of: int, account: str, held: dict[str, int], paid_on: date
    ) -> PayClearing:
        closed, found = year.due(years, of, account)
        fund = accounts.fund(closed.county, found.fund)
        watched = self._charts.ever(closed.county).fund(found.fund).held_here
        return PayClearing(
            journal_id=journal_id,
            county=closed.county,
            year=of,
            cleared=found,
            available_fen={fund: held[fund]} if watched else {},
            bank_fen=-held[accounts.bank(closed.county, found.fund)],
            paid_on=paid_on,
        )

    async def _alone(self, command: Callable[[Connection, Within], Any]) -> Answered:
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            answered: Answered = await command(connection, path.within(connection))
        return answered


def _years(county: str) -> str:
    return f"years/{county}"
