"""Booking what other services told: many messages, one look at the books, one write."""

from collections.abc import Iterable, Sequence

import msgspec

from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import JournalCommand, charged
from fund_ledger.journals.domain.journal import DECIDER, Booked, JournalState, after
from fund_ledger.journals.queries.turn import hold
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


async def book(path: CommandPath, connection: Connection, bookings: Sequence[Booking], config: Config) -> None:
    """Book a batch inside the inbox's transaction; decisions are made in memory, in the order of the messages.

    Raises Refused where a message names something that cannot be booked; then nothing of the batch is written.
    """
    within = path.within(connection)
    states = await within.load(DECIDER, [booking.stream_id for booking in bookings])
    available = await hold(connection, _funds_kept_here(bookings, states.values(), config))
    for booking in bookings:
        command = msgspec.structs.replace(booking.command, available_fen=available)
        decision = await within.react(booking.context, DECIDER, booking.stream_id, command)
        available = after(available, decision.events)
    await within.flush()


def _funds_kept_here(bookings: Iterable[Booking], states: Iterable[JournalState], config: Config) -> set[str]:
    """The fund accounts that the batch may move and whose standing matters: for a split, or for an alarm."""
    names = set[str]().union(*(charged(booking.command) for booking in bookings))
    booked = [journal for state in states if isinstance(state, Booked) for journal in state.journals]
    names |= {posting.account for journal in booked for posting in journal.postings}
    elsewhere = config.paid_elsewhere | accounts.BORNE_BY_HOSPITAL
    parsed = ((name, accounts.parse(name)) for name in names)
    return {name for name, account in parsed if account.kind == accounts.FUND and account.fund not in elsewhere}
