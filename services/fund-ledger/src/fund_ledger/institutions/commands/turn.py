"""A turn at the books: what is decided about an institution and the journal that goes with it are one write."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any, TypeVar

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts, beside
from fund_ledger.journals.domain.beside import BookBeside
from fund_ledger.journals.domain.events import JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState
from fund_ledger.journals.domain.purposes import check_purposes
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.domain import must_be_open
from fund_ledger.months.queries import open_from
from fund_ledger.payments.domain.checks import check_bank
from kernel.running.runtime import Runtime
from kernel.values.decider import Decider
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome, decided

StateT = TypeVar("StateT")
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """A journal that is to be booked on ``booked_on``.

    What institutions tell of a month that the county has closed meanwhile, ``late`` lets be booked in the open one.
    """

    kind: str
    postings: tuple[Posting, ...]
    booked_on: date
    corrects: str | None = None
    late: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that holds the accounts by which it decides. ``held`` is credit less debit, in fen.

    What is reserved on a bank account counts as gone.
    """

    connection: Connection
    within: Within
    county: str
    open_from: date
    held: dict[str, int]
    charts: Charts

    async def decide(
        self, decider: Decider[CommandT, StateT, EventT], stream_id: str, command: CommandT
    ) -> Decision[StateT, EventT]:
        """Decide on a stream; nothing is written yet. Raises Refused."""
        stream, state = await self.within.standing(decider, stream_id)
        return decided(decider, stream, state, command)

    async def book(self, journal_id: str, lines: Lines) -> tuple[Decision[JournalState, JournalEvent], ...]:
        """The journal of these lines; none where there are none.

        Raises Refused PERIOD_CLOSED, PURPOSE_NOT_ALLOWED, BANK_SHORT.
        """
        if not lines.postings:
            return ()
        is_late = lines.late and lines.booked_on < self.open_from
        booked_on = self.open_from if is_late else lines.booked_on
        must_be_open(booked_on, self.county, self.open_from)
        self._check_banks(lines.postings)
        command = BookBeside(
            journal_id=journal_id,
            kind=lines.kind,
            postings=lines.postings,
            available_fen={name: self.held[name] for name in self.held if self._is_watched(name)},
            booked_on=booked_on,
            effective_on=lines.booked_on if is_late else None,
            corrects=lines.corrects,
        )
        booked = await self.decide(beside.DECIDER, f"journal/{journal_id}", command)
        check_purposes(booked.events, self.charts)
        return (booked,)

    def _check_banks(self, postings: Iterable[Posting]) -> None:
        for posting in postings:
            if accounts.parse(posting.account).kind == accounts.BANK:
                check_bank(posting.account, -self.held[posting.account], -posting.amount_fen)

    def _is_watched(self, name: str) -> bool:
        account = accounts.parse(name)
        return account.kind == accounts.FUND and held_here(self.charts, account.county, account.fund)


Attempt = Callable[[Turn], Awaitable[Outcome]]


class Turns:
    """Takes turns at the books."""

    def __init__(self, runtime: Runtime, charts: Charts) -> None:
        self._runtime = runtime
        self._charts = charts

    def money(self, county: str, fund: str) -> str:
        """The account that a fund's money leaves: its bank, or the fund itself where others hold it and have paid."""
        return (accounts.bank if held_here(self._charts, county, fund) else accounts.fund)(county, fund)

    def purpose(self, county: str, fund: str) -> str:
        """The first thing that a fund pays. Raises Refused FUND_UNKNOWN."""
        return self._charts.ever(county).fund(fund).purposes[0]

    async def take(self, context: CommandContext, county: str, names: Iterable[str], attempt: Attempt) -> Answered:
        """Hold a county's open months and these accounts, and run the attempt on them."""
        path = self._runtime.path
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [county])
            turn = Turn(
                connection=connection,
                within=path.within(connection),
                county=county,
                open_from=first[county],
                held=await hold(connection, names, free_on=context.today),
                charts=self._charts,
            )
            return await turn.within.run(context, lambda: attempt(turn))


def held_here(charts: Charts, county: str, fund: str) -> bool:
    """Whether the ledger's bank account of the county has a fund's money. Raises Refused FUND_UNKNOWN."""
    return charts.ever(county).fund(fund).held_here


def written(*decisions: Decision[Any, Any]) -> tuple[Any, ...]:
    """What decisions write; those that brought nothing about write nothing."""
    return tuple(one.append for one in decisions if one.events)
