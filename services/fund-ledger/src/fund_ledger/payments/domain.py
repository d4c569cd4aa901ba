"""Money that finance moved: what came in, was paid out or was collected, each of it a journal of its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState, Unbooked, evolve, with_alarms
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict


class Receipt(msgspec.Struct, frozen=True):
    """Money that came into a county's fund on ``value_on``, and where it came from."""

    county: str
    fund: str
    amount_fen: int
    source: str
    value_on: date


class Transfer(msgspec.Struct, frozen=True):
    """Money that settled a payable or a receivable on ``value_on``, wholly or in part."""

    account: str
    amount_fen: int
    value_on: date


class ReceiveMoney(msgspec.Struct, frozen=True):
    """Money came into a county's fund."""

    journal_id: str
    receipt: Receipt
    today: date
    available_fen: Mapping[str, int]


class PayOut(msgspec.Struct, frozen=True):
    """A county's fund paid what it owes on a payable; ``owed_fen`` is what it owes now."""

    journal_id: str
    transfer: Transfer
    owed_fen: int
    today: date


class Collect(msgspec.Struct, frozen=True):
    """A person gave back what is due on a receivable; ``due_fen`` is what is due now."""

    journal_id: str
    transfer: Transfer
    due_fen: int
    today: date


MoneyCommand = ReceiveMoney | PayOut | Collect


def decide(command: MoneyCommand, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a command, once. Raises Refused AMOUNT_NOT_POSITIVE, VALUE_DATE_AHEAD or OVERPAYMENT."""
    if not isinstance(state, Unbooked):
        return ()
    match command:
        case ReceiveMoney():
            return _receive(command)
        case PayOut() | Collect():
            return _pay(command)
        case _:
            assert_never(command)


DECIDER: Final[Decider[MoneyCommand, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def _receive(command: ReceiveMoney) -> Sequence[JournalEvent]:
    receipt = command.receipt
    _check(receipt, command.today)
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind="receipt",
        booked_on=receipt.value_on,
        postings=(
            Posting(accounts.bank(receipt.county, receipt.fund), receipt.amount_fen),
            Posting(accounts.fund(receipt.county, receipt.fund), -receipt.amount_fen),
        ),
        source=receipt.source,
    )
    return with_alarms(journal, command.available_fen)


def _pay(command: PayOut | Collect) -> Sequence[JournalEvent]:
    transfer = command.transfer
    _check(transfer, command.today)
    account, amount = transfer.account, transfer.amount_fen
    match command:
        case PayOut(owed_fen=owed):
            kind, moved = "payment", amount
        case Collect(due_fen=owed):
            kind, moved = "collection", -amount
        case _:
            assert_never(command)
    if amount > owed:
        detail = f"on {account} {max(0, owed)} fen are owed, so {amount} fen cannot be paid"
        raise conflict("OVERPAYMENT", detail, account=account)
    name = accounts.parse(account)
    postings = (Posting(account, moved), Posting(accounts.bank(name.county, name.fund), -moved))
    return (JournalBooked(journal_id=command.journal_id, kind=kind, booked_on=transfer.value_on, postings=postings),)


def _check(money: Receipt | Transfer, today: date) -> None:
    if money.amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", f"{money.amount_fen} fen moves nothing; the amount must be above zero")
    if money.value_on > today:
        raise Refused("VALUE_DATE_AHEAD", f"{money.value_on} has not come yet; book the money on {today} or earlier")
