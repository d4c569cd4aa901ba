"""Booking what other services told: many messages, one look at the books, one write."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import (
    JournalCommand,
    ReverseSettlement,
    charged,
    county_of,
    in_open_month,
)
from fund_ledger.journals.domain.journal import DECIDER, Booked, JournalState, after
from fund_ledger.journals.domain.purposes import check_purposes
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.queries import open_from
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection


class Booking(msgspec.Struct, frozen=True):
    """A command that a message causes on a journal; what the funds have left is not known to it yet."""

    context: CommandContext
    journal_id: str
    command: JournalCommand

    @property
    def stream_id(self) -> str:
        """The journal's stream; a settlement's supplements, refusal and reversal stand in it too."""
        return f"journal/{self.journal_id}"


async def book(path: CommandPath, connection: Connection, bookings: Sequence[Booking], charts: Charts) -> None:
    """Book a batch inside the inbox's transaction; decisions are made in memory, in the order of the messages.

    What concerns a closed month is booked on the first open day. Raises Refused where a message names something that
    cannot be booked, such as a fund that the county does not have; then nothing of the batch is written.
    """
    within = path.within(connection)
    states = await within.load(DECIDER, [booking.stream_id for booking in bookings])
    first_open = await open_from(connection, _counties(bookings, states.values()))
    held = _funds_kept_here(bookings, states.values(), charts) | _owed_to_persons(bookings, states)
    available = await hold(connection, held)
    for booking in bookings:
        asked = msgspec.structs.replace(booking.command, available_fen=available)
        # As it stands after the batch's earlier messages, one of which may have booked what this one takes back.
        _, state = await within.standing(DECIDER, booking.stream_id)
        county = _county(booking, state)
        command = in_open_month(asked, first_open[county]) if county in first_open else asked
        decision = await within.react(booking.context, DECIDER, booking.stream_id, command)
        check_purposes(decision.events, charts)
        available = after(available, decision.events)
    await within.flush()


def _owed_to_persons(bookings: Iterable[Booking], states: Mapping[str, JournalState]) -> set[str]:
    """The accounts of persons that a reversal takes back: what was paid on them by now is owed back."""
    reversed_ids = {b.stream_id for b in bookings if isinstance(b.command, ReverseSettlement)}
    names = _booked(state for stream_id, state in states.items() if stream_id in reversed_ids)
    return {name for name in names if name.startswith(f"{accounts.PAYABLE}/person/")}


def _counties(bookings: Iterable[Booking], states: Iterable[JournalState]) -> set[str]:
    """The counties in whose books the batch may write."""
    named = {county_of(booking.command) for booking in bookings}
    return {county for county in named if county} | {accounts.parse(name).county for name in _booked(states)}


def _county(booking: Booking, state: JournalState) -> str:
    """The county of a booking: what takes back a journal does not name it, but the journal's accounts do."""
    named = county_of(booking.command)
    return named or next((accounts.parse(name).county for name in _booked([state])), "")


def _booked(states: Iterable[JournalState]) -> set[str]:
    journals = [journal for state in states if isinstance(state, Booked) for journal in state.journals]
    return {posting.account for journal in journals for posting in journal.postings}


def _funds_kept_here(bookings: Iterable[Booking], states: Iterable[JournalState], charts: Charts) -> set[str]:
    """The fund accounts that the batch may move and whose standing matters: for a split, or for an alarm."""
    names = set[str]().union(*(charged(booking.command) for booking in bookings)) | _booked(states)
    parsed = ((name, accounts.parse(name)) for name in names)
    return {name for name, account in parsed if account.kind == accounts.FUND and _kept_here(account, charts)}


def _kept_here(account: accounts.Account, charts: Charts) -> bool:
    """Whether the ledger sees the money of a fund; what hospitals bear themselves is no money of a fund."""
    fund = charts.ever(account.county).funds.get(account.fund)
    return account.fund not in accounts.BORNE_BY_HOSPITAL and fund is not None and fund.held_here
