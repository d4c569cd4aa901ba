"""Commands on orders for money: placed by the place's documents and the books, agreed to, met by receipts."""

import asyncio
from datetime import date
from typing import Final

from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.funds.domain.order import (
    DECIDER,
    UNTOLD,
    AgreeToOrder,
    LetGo,
    MeetOrder,
    Order,
    PlaceOrder,
    order_id,
)
from fund_ledger.funds.domain.terms import Terms, Wanted, terms
from fund_ledger.funds.queries import FundQueries, held_receipt, hold_order, latest_of, matched
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused, not_found
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered

_EVERY_SECONDS: Final = 3600.0
#: No document names somebody behind the fund; all that it lacks was asked for; it was asked for this month.
_NOT_ASKED: Final = frozenset({"ORDER_WITHOUT_RULE", "ORDER_FIGURES", "ORDER_EXISTS", "POLICY_UNKNOWN"})


class FundCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, config: Config, charts: Charts, found: FundQueries) -> None:
        self._runtime = runtime
        self._library = config.library
        self._decider = DECIDER if config.tells_money else UNTOLD
        self._charts = charts
        self._found = found

    async def place(self, context: CommandContext, wanted: Wanted, by: str) -> Answered:
        """Order what the documents of a county and its books come to."""
        self._charts.ever(wanted.county).must_hold(wanted.fund)
        found = await self._terms(wanted)
        command = PlaceOrder(wanted=wanted, terms=found, by=by, today=context.today)
        stream_id = _stream(order_id(wanted, found))
        return await self._runtime.path.decide(
            context, self._decider, stream_id, command, lambda decision: _body(decision.after), status=201
        )

    async def _terms(self, wanted: Wanted) -> Terms:
        day = date(wanted.year, wanted.month or 12, 28)
        books = await self._found.books(wanted.county, wanted.fund, wanted.year)
        refused: Refused | None = None
        for policy in self._library.newest(wanted.county, day):
            try:
                return terms(wanted, policy.file, books)
            except Refused as without:
                # The county's own document comes first; what it does not order, the province's may.
                refused = refused or without
                if without.code != "ORDER_WITHOUT_RULE":
                    break
        assert refused is not None, "there is at least one policy, or newest would have refused"
        raise refused

    async def agree(self, context: CommandContext, of: str, by: str, *, finance: bool) -> Answered:
        """Take the next step of an order: the bureau's, then finance's."""
        command = AgreeToOrder(of, by, finance, context.today)
        return await self._runtime.path.decide(context, self._decider, _stream(of), command, lambda d: _body(d.after))

    async def meet(self, context: CommandContext, of: str, journal_id: str, amount_fen: int) -> Answered:
        """A receipt meets an order with so much of it."""
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            receipt = await held_receipt(connection, journal_id)
            if receipt is None:
                raise not_found("JOURNAL_UNKNOWN", f"there is no receipt {journal_id}")
            command = MeetOrder(
                order_id=of,
                journal_id=journal_id,
                county=receipt.county,
                fund=receipt.fund,
                source=receipt.source,
                free_fen=receipt.free_fen,
                amount_fen=amount_fen,
                value_on=receipt.value_on,
                latest=await latest_of(connection, of, journal_id),
            )
            return await path.within(connection).decide(
                context, self._decider, _stream(of), command, lambda decision: _body(decision.after)
            )

    async def let_go(self, context: CommandContext, of: str, journal_id: str) -> Answered:
        """A receipt meets an order no longer: it was matched wrongly, or its money went back."""
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            receipt = await held_receipt(connection, journal_id)
            if receipt is None:
                raise not_found("JOURNAL_UNKNOWN", f"there is no receipt {journal_id}")
            await hold_order(connection, of)
            command = LetGo(of, journal_id, await matched(connection, journal_id, of), receipt.value_on)
            return await path.within(connection).decide(
                context, self._decider, _stream(of), command, lambda decision: _body(decision.after)
            )


class MakeUps:
    """Asks whoever stands behind a fund for what it lacks, once a month: nobody has to think of it (002 三(一)).

    A cascade's shortage falls on its last fund, which goes into debt and pays all the same (AMB-L9); the order is the
    claim on the province, or on the county's budget, that the debt stands for.
    """

    def __init__(self, commands: FundCommands, found: FundQueries, charts: Charts, clock: Clock) -> None:
        self._commands = commands
        self._found = found
        self._charts = charts
        self._clock = clock

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """One look at all funds that are in debt; those that are the last of no cascade are nobody else's business."""
        now = self._clock()
        today = china_date(now)
        for of in await self._found.in_debt():
            wanted = Wanted(county=of.county, fund=of.fund, kind="MAKE_UP", year=today.year, month=today.month)
            fund = self._charts.ever(of.county).funds.get(of.fund)
            if fund is None or not fund.held_here:
                continue
            context = CommandContext.of_service("fund-ledger", f"make-up/{of.county}/{of.fund}/{today:%Y-%m}", now)
            try:
                await self._commands.place(context, wanted, "fund-ledger")
            except Refused as refused:
                if refused.code not in _NOT_ASKED:
                    raise


def _stream(of: str) -> str:
    return f"funding-order/{of}"


def _body(order: Order) -> dict[str, str]:
    return {"order_id": order.order_id, "status": order.status}
