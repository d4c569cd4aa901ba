"""The journal: balanced postings for one happening, and its exact negative where it is taken back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

import msgspec

from fund_ledger.domain import accounts
from fund_ledger.domain.funding import split
from kernel.contracts.settlement import SettlementConfirmed, SettlementRevoked
from kernel.decider import Decider
from kernel.refusals import RefusalKind, Refused


class Posting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: debit positive, credit negative, in fen. ``payer`` names the layer of a bill that it comes from."""

    account: str
    amount_fen: int
    payer: str | None = None


class JournalBooked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A balanced journal."""

    journal_id: str
    kind: str
    booked_on: date
    postings: tuple[Posting, ...]
    settlement_id: str | None = None
    source: str | None = None


class JournalReversed(msgspec.Struct, frozen=True):
    """The exact negative of a journal."""

    journal_id: str
    booked_on: date
    postings: tuple[Posting, ...]
    reason: str
    settlement_id: str | None = None


class FundOverdrawn(msgspec.Struct, frozen=True):
    """A fund has come to owe more than it holds (AMB-L9); the patient's result stands."""

    account: str
    balance_fen: int
    journal_id: str


JournalEvent = JournalBooked | JournalReversed | FundOverdrawn


class BookSettlement(msgspec.Struct, frozen=True):
    """Book who owes what for a settled bill; ``available_fen`` holds what each fund that is kept here has."""

    settlement: SettlementConfirmed
    available_fen: Mapping[str, int]
    booked_on: date


class ReverseSettlement(msgspec.Struct, frozen=True):
    """Take a settlement's journal back."""

    revocation: SettlementRevoked
    booked_on: date


class ReceiveMoney(msgspec.Struct, frozen=True):
    """Money comes into a county's fund."""

    journal_id: str
    county: str
    fund: str
    amount_fen: int
    source: str
    value_on: date


class PayOut(msgspec.Struct, frozen=True):
    """A fund pays a hospital or a person what it owes; ``owed_fen`` is what it owes now."""

    journal_id: str
    county: str
    fund: str
    payable: str
    amount_fen: int
    owed_fen: int
    value_on: date


Command = BookSettlement | ReverseSettlement | ReceiveMoney | PayOut


class Unbooked(msgspec.Struct, frozen=True):
    """Nothing was booked yet."""


class Booked(msgspec.Struct, frozen=True):
    """A journal stands."""

    journal: JournalBooked


class Reversed(msgspec.Struct, frozen=True):
    """A journal was taken back."""

    journal: JournalBooked


State = Unbooked | Booked | Reversed


def decide(command: Command, state: State) -> Sequence[JournalEvent]:
    """The journal of a command; booking the same thing twice brings about nothing the second time."""
    match command:
        case BookSettlement():
            return _book(command) if isinstance(state, Unbooked) else ()
        case ReverseSettlement():
            return _reverse(command, state)
        case ReceiveMoney():
            return (_receipt(command),) if isinstance(state, Unbooked) else ()
        case PayOut():
            return (_payment(command),) if isinstance(state, Unbooked) else ()
        case _:
            assert_never(command)


def _book(command: BookSettlement) -> Sequence[JournalEvent]:
    settled = command.settlement
    available = dict(command.available_fen)
    postings: list[Posting] = []
    for layer in settled.layers:
        for amount, payable in ((layer.amount_fen, accounts.payable_to_hospital), (layer.payout_fen, None)):
            cascade = layer.funding or (layer.payer,)
            held = {code: available.get(accounts.fund(settled.county, code), 0) for code in cascade}
            for code, part in split(amount, cascade, held):
                if not part:
                    continue
                account = accounts.fund(settled.county, code)
                available[account] = available.get(account, 0) - part
                owed = (
                    payable(settled.hospital_id, code)
                    if payable
                    else accounts.payable_to_person(settled.person_id, code)
                )
                postings += [Posting(account, part, layer.payer), Posting(owed, -part, layer.payer)]
    journal = JournalBooked(
        settled.settlement_id, "settlement", command.booked_on, tuple(postings), settled.settlement_id
    )
    return (journal, *_overdrawn(journal, command.available_fen, available)) if postings else ()


def _overdrawn(journal: JournalBooked, before: Mapping[str, int], after: Mapping[str, int]) -> Sequence[FundOverdrawn]:
    return tuple(
        FundOverdrawn(account, balance, journal.journal_id)
        for account, balance in sorted(after.items())
        if account in before and balance < 0 <= before[account]
    )


def _reverse(command: ReverseSettlement, state: State) -> Sequence[JournalEvent]:
    match state:
        case Booked(journal=journal):
            negative = tuple(Posting(p.account, -p.amount_fen, p.payer) for p in journal.postings)
            return (
                JournalReversed(
                    journal.journal_id, command.booked_on, negative, command.revocation.reason, journal.settlement_id
                ),
            )
        case Unbooked() | Reversed():
            return ()  # a bill that no payer pays has no journal; a second revocation is a repetition
        case _:
            assert_never(state)


def _receipt(command: ReceiveMoney) -> JournalBooked:
    _check_positive(command.amount_fen, "a receipt")
    postings = (
        Posting(accounts.bank(command.county, command.fund), command.amount_fen),
        Posting(accounts.fund(command.county, command.fund), -command.amount_fen),
    )
    return JournalBooked(command.journal_id, "receipt", command.value_on, postings, source=command.source)


def _payment(command: PayOut) -> JournalBooked:
    _check_positive(command.amount_fen, "a payment")
    if command.amount_fen > command.owed_fen:
        raise Refused(
            "OVERPAYMENT",
            f"{command.payable} is owed {command.owed_fen} fen, so {command.amount_fen} fen cannot be paid",
            kind=RefusalKind.CONFLICT,
            about={"account": command.payable},
        )
    postings = (
        Posting(command.payable, command.amount_fen),
        Posting(accounts.bank(command.county, command.fund), -command.amount_fen),
    )
    return JournalBooked(command.journal_id, "payment", command.value_on, postings)


def _check_positive(amount_fen: int, what: str) -> None:
    if amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", f"{what} of {amount_fen} fen moves nothing; it must be above zero")


def evolve(state: State, event: JournalEvent) -> State:
    """The state after an event."""
    match event:
        case JournalBooked():
            return Booked(event)
        case JournalReversed():
            assert isinstance(state, Booked)
            return Reversed(state.journal)
        case FundOverdrawn():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[Command, State, JournalEvent] = Decider(Unbooked(), decide, evolve)
