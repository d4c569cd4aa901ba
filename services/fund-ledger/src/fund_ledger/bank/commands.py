"""Commands on bank statements: a file is taken once, its lines matched, the rest settled by hand."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Final

from fund_ledger.bank.domain.matching import matched
from fund_ledger.bank.domain.statement import (
    DECIDER,
    BankCommand,
    BankLine,
    BankStatement,
    Match,
    ReopenLine,
    SettleLine,
    TakeStatement,
    statement_id,
    stream_of,
)
from fund_ledger.bank.queries import booked, candidates, previous, taken_as
from fund_ledger.bank.reading.said import Said, check_sums
from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.database import Connection

#: A bank values a line some days before or after it books it.
_VALUED_APART: Final = timedelta(days=31)
_Gather = Callable[[Connection], Awaitable[BankCommand]]


class BankCommands:
    """One method a command. The account is held meanwhile, so that no journal meets two lines."""

    def __init__(self, runtime: Runtime, charts: Charts) -> None:
        self._runtime = runtime
        self._charts = charts

    async def take(self, context: CommandContext, county: str, fund: str, content: bytes, said: Said) -> Answered:
        """Take what the bank says of an account, and match what is beyond doubt."""
        self._charts.ever(county).must_hold(fund)
        lines = _numbered(said)
        told = {number: line.names for number, line in enumerate(said.lines, start=1)}
        statement = BankStatement(
            statement_id=statement_id(county, fund, said.last_on),
            county=county,
            fund=fund,
            first_on=said.first_on,
            last_on=said.last_on,
            opening_fen=said.opening_fen,
            closing_fen=said.closing_fen,
            lines=len(lines),
            digest=hashlib.sha256(content).hexdigest(),
            taken_on=context.today,
            taken_by=context.actor,
        )

        async def gather(connection: Connection) -> TakeStatement:
            found = await candidates(connection, county, fund, *_valued(said))
            return TakeStatement(
                statement=statement,
                lines=lines,
                matches=matched(lines, told, found),
                today=context.today,
                previous=await previous(connection, county, fund),
                taken_before=await taken_as(connection, statement.digest, county, fund),
            )

        return await self._in_turn(context, statement, gather, status=201)

    async def settle(self, context: CommandContext, of: BankStatement, match: Match) -> Answered:
        """Finance says which journals booked a line's money, or why none did."""
        account = accounts.bank(of.county, of.fund)

        async def gather(connection: Connection) -> SettleLine:
            found = await booked(connection, account, match.journals)
            return SettleLine(
                match=match,
                booked_fen={one.journal_id: one.amount_fen for one in found},
                met=frozenset(one.journal_id for one in found if one.met),
            )

        return await self._in_turn(context, of, gather)

    async def reopen(self, context: CommandContext, of: BankStatement, number: int) -> Answered:
        """A line was settled wrongly, and is on the work list again."""

        async def gather(_connection: Connection) -> ReopenLine:
            return ReopenLine(number)

        return await self._in_turn(context, of, gather)

    async def _in_turn(
        self, context: CommandContext, of: BankStatement, gather: _Gather, *, status: int = 200
    ) -> Answered:
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            await hold(connection, [accounts.bank(of.county, of.fund)])
            command = await gather(connection)
            return await path.within(connection).decide(
                context,
                DECIDER,
                stream_of(of.statement_id),
                command,
                lambda done: {"statement_id": of.statement_id, "open": done.after.open},
                status=status,
            )


def _valued(said: Said) -> tuple[date, date]:
    """The first and the last day of value; what is valued further away meets nothing by a rule."""
    days = [line.value_on for line in said.lines]
    return (
        max(min(said.first_on, *days), said.first_on - _VALUED_APART),
        min(max(said.last_on, *days), said.last_on + _VALUED_APART),
    )


def _numbered(said: Said) -> tuple[BankLine, ...]:
    """The lines of a file that adds up, each with what the account has after it; raises Refused BANK_FILE_…."""
    return tuple(
        BankLine(
            number=number,
            value_on=line.value_on,
            amount_fen=line.amount_fen,
            balance_fen=balance,
            reference=line.reference,
            text=line.text,
            entered_on=None if line.entered_on == line.value_on else line.entered_on,
        )
        for number, (line, balance) in enumerate(zip(said.lines, check_sums(said), strict=True), start=1)
    )
