"""The journal: balanced postings for one happening, and its exact negative where it is taken back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from fund_ledger.domain import accounts
from fund_ledger.domain.journal_commands import (
    BookSettlement,
    JournalCommand,
    PayOut,
    ReceiveMoney,
    ReverseSettlement,
)
from fund_ledger.domain.journal_events import (
    FundOverdrawn,
    FundRestored,
    JournalBooked,
    JournalEvent,
    JournalReversed,
    Posting,
)
from fund_ledger.domain.liabilities import liabilities
from kernel.decider import Decider
from kernel.refusals import RefusalKind, Refused


class Unbooked(msgspec.Struct, frozen=True):
    """Nothing was booked yet."""


class Booked(msgspec.Struct, frozen=True):
    """A journal stands."""

    journal: JournalBooked


class Reversed(msgspec.Struct, frozen=True):
    """A journal was taken back."""


JournalState = Unbooked | Booked | Reversed


def decide(command: JournalCommand, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a command, and the alarm where a fund crosses zero with it.

    What was booked before is not booked again: a repetition brings about nothing. Raises Refused with
    AMOUNT_NOT_POSITIVE, VALUE_DATE_AHEAD or OVERPAYMENT.
    """
    match command:
        case BookSettlement():
            return _book(command) if isinstance(state, Unbooked) else ()
        case ReverseSettlement():
            return _reverse(command, state)
        case ReceiveMoney():
            return _receive(command) if isinstance(state, Unbooked) else ()
        case PayOut():
            return _pay(command) if isinstance(state, Unbooked) else ()
        case _:
            assert_never(command)


def _book(command: BookSettlement) -> Sequence[JournalEvent]:
    postings = liabilities(command.bill, command.available_fen)
    if not postings:
        return ()  # the patient pays it all, so nobody owes anybody anything
    settlement_id = command.bill.settlement_id
    journal = JournalBooked(settlement_id, "settlement", command.booked_on, postings, settlement_id)
    return _with_alarms(journal, command.available_fen)


def _reverse(command: ReverseSettlement, state: JournalState) -> Sequence[JournalEvent]:
    match state:
        case Booked(journal=journal):
            back = JournalReversed(
                journal.journal_id,
                command.booked_on,
                tuple(Posting(p.account, -p.amount_fen, p.payer) for p in journal.postings),
                command.reason,
                journal.settlement_id,
            )
            return _with_alarms(back, command.available_fen)
        case Unbooked() | Reversed():
            return ()  # a bill without a payer has no journal, and a second revocation is a repetition
        case _:
            assert_never(state)


def _receive(command: ReceiveMoney) -> Sequence[JournalEvent]:
    _check(command.amount_fen, command.value_on, command.today)
    postings = (
        Posting(accounts.bank(command.county, command.fund), command.amount_fen),
        Posting(accounts.fund(command.county, command.fund), -command.amount_fen),
    )
    journal = JournalBooked(command.journal_id, "receipt", command.value_on, postings, source=command.source)
    return _with_alarms(journal, command.available_fen)


def _pay(command: PayOut) -> Sequence[JournalEvent]:
    _check(command.amount_fen, command.value_on, command.today)
    if command.amount_fen > command.owed_fen:
        raise Refused(
            "OVERPAYMENT",
            f"{command.payable} is owed {max(0, command.owed_fen)} fen, so {command.amount_fen} fen cannot be paid",
            kind=RefusalKind.CONFLICT,
            about={"account": command.payable},
        )
    payable = accounts.parse(command.payable)
    postings = (
        Posting(command.payable, command.amount_fen),
        Posting(accounts.bank(payable.county, payable.fund), -command.amount_fen),
    )
    return (JournalBooked(command.journal_id, "payment", command.value_on, postings),)


def _check(amount_fen: int, value_on: date, today: date) -> None:
    if amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", f"{amount_fen} fen moves nothing; the amount must be above zero")
    if value_on > today:
        raise Refused("VALUE_DATE_AHEAD", f"{value_on} has not come yet; book the money on {today} or earlier")


def _with_alarms(
    journal: JournalBooked | JournalReversed, available_fen: Mapping[str, int]
) -> tuple[JournalEvent, ...]:
    assert journal.postings, f"journal {journal.journal_id} has no postings"
    assert sum(posting.amount_fen for posting in journal.postings) == 0, f"{journal.journal_id} does not balance"
    return (journal, *_alarms(journal, available_fen))


def _alarms(
    journal: JournalBooked | JournalReversed, available_fen: Mapping[str, int]
) -> Iterator[FundOverdrawn | FundRestored]:
    after_fen = after(available_fen, (journal,))
    for account in sorted(available_fen):
        before, now = available_fen[account], after_fen[account]
        if now < 0 <= before:
            yield FundOverdrawn(account, now, journal.journal_id)
        elif before < 0 <= now:
            yield FundRestored(account, now, journal.journal_id)


def after(available_fen: Mapping[str, int], events: Sequence[JournalEvent]) -> dict[str, int]:
    """What the same accounts have left after ``events``: a debit takes, a credit gives."""
    left = dict(available_fen)
    for event in events:
        if isinstance(event, JournalBooked | JournalReversed):
            for posting in event.postings:
                if posting.account in left:
                    left[posting.account] -= posting.amount_fen
    return left


def evolve(state: JournalState, event: JournalEvent) -> JournalState:
    """The state after an event."""
    match event:
        case JournalBooked():
            return Booked(event)
        case JournalReversed():
            return Reversed()
        case FundOverdrawn() | FundRestored():
            return state
        case _:
            assert_never(event)


DECIDER: Final[Decider[JournalCommand, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)
