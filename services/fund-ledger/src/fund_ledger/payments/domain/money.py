"""Money that finance moved: what came in, was paid out or was collected, each of it a journal of its own."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

import msgspec

from fund_ledger.charts.domain import Chart
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import Booked, JournalState, Unbooked, evolve, with_alarms
from fund_ledger.months.domain import must_be_open
from fund_ledger.payments.domain.checks import check_bank, check_moved, check_year
from fund_ledger.payments.domain.debts import ReviveDebt, WriteOff, revive, write_off
from fund_ledger.payments.domain.moved import COLLECTION, PAYMENT, RECEIPT, Moment, Receipt, Transfer
from fund_ledger.payments.domain.returns import ReturnMoney, give_back
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict


class ReceiveMoney(msgspec.Struct, frozen=True):
    """Money came into a county's fund."""

    journal_id: str
    receipt: Receipt
    moment: Moment
    available_fen: Mapping[str, int]
    chart: Chart


class PayOut(msgspec.Struct, frozen=True, kw_only=True):
    """A county's fund paid what it owes on a payable.

    ``owed_fen`` is what it owes now, ``bank_fen`` what its bank account has; None where others hold the money, who
    have paid it themselves. ``later_fen`` is what of it came to be owed after the year of the payment.
    """

    journal_id: str
    transfer: Transfer
    owed_fen: int
    bank_fen: int | None
    moment: Moment
    kind: str = PAYMENT
    later_fen: int = 0


class Collect(msgspec.Struct, frozen=True):
    """A person gave back what is due on a receivable; ``due_fen`` is what is due now.

    ``counter_fen`` is what the hospital that gets it has given out and not got back, or what the fund owes the person
    that it is set off against; None where the bank gets it.
    """

    journal_id: str
    transfer: Transfer
    due_fen: int
    moment: Moment
    counter_fen: int | None = None


MoneyCommand = ReceiveMoney | PayOut | Collect | WriteOff | ReviveDebt | ReturnMoney


def decide(command: MoneyCommand, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a command, once.

    Raises Refused, in this order: FUND_UNKNOWN, FUND_HELD_ELSEWHERE, SOURCE_UNKNOWN, AMOUNT_NOT_POSITIVE,
    VALUE_DATE_TOO_EARLY, VALUE_DATE_AHEAD, PERIOD_CLOSED, OVERPAYMENT, WRONG_YEAR, BANK_SHORT; of an opening balance
    that was taken over OPENING_DIFFERS; of what goes back as ``give_back`` and ``revive`` do.
    """
    if isinstance(command, ReturnMoney):
        return give_back(command, state)
    if isinstance(command, ReviveDebt):
        return revive(command, state)
    if not isinstance(state, Unbooked):
        if isinstance(command, ReceiveMoney) and command.receipt.reference is not None:
            _check_taken_over(command.receipt, state)
        return ()
    match command:
        case ReceiveMoney():
            return _receive(command)
        case PayOut() | Collect():
            return _pay(command)
        case WriteOff():
            return write_off(command)
        case _:
            assert_never(command)


DECIDER: Final[Decider[MoneyCommand, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)


def _receive(command: ReceiveMoney) -> Sequence[JournalEvent]:
    receipt = command.receipt
    command.chart.must_hold(receipt.fund)
    command.chart.must_come_from(receipt.source)
    check_moved(receipt.amount_fen, receipt.value_on, command.moment.today)
    must_be_open(receipt.value_on, receipt.county, command.moment.open_from)
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=RECEIPT,
        booked_on=receipt.value_on,
        postings=(
            Posting(accounts.bank(receipt.county, receipt.fund), receipt.amount_fen),
            Posting(accounts.fund(receipt.county, receipt.fund), -receipt.amount_fen),
        ),
        source=receipt.source,
        reason=receipt.reference,
    )
    return with_alarms(journal, command.available_fen)


def _check_taken_over(receipt: Receipt, state: JournalState) -> None:
    """Refuse an opening balance that was taken over otherwise, or was given back: OPENING_DIFFERS."""
    booked = state.journals[0] if isinstance(state, Booked) and len(state.journals) == 1 else None
    taken = None if booked is None else (booked.booked_on, booked.postings[0].amount_fen)
    if taken == (receipt.value_on, receipt.amount_fen):
        return
    said = "was given back" if taken is None else f"was {yuan_from_fen(taken[1])} yuan on {taken[0]}"
    detail = f"the balance {receipt.reference} of {receipt.fund} {said}; give it back and take it under another name"
    raise conflict("OPENING_DIFFERS", detail, reference=receipt.reference or "")


def _pay(command: PayOut | Collect) -> Sequence[JournalEvent]:
    transfer = command.transfer
    name = accounts.parse(transfer.account)
    check_moved(transfer.amount_fen, transfer.value_on, command.moment.today)
    must_be_open(transfer.value_on, name.county, command.moment.open_from)
    match command:
        case PayOut(owed_fen=owed, bank_fen=bank, kind=kind):
            moved = transfer.amount_fen
        case Collect(due_fen=owed):
            kind, moved, bank = COLLECTION, -transfer.amount_fen, 0
        case _:
            assert_never(command)
    if transfer.amount_fen > owed:
        left, asked = yuan_from_fen(max(0, owed)), yuan_from_fen(transfer.amount_fen)
        detail = f"on {transfer.account} {left} yuan are owed, so {asked} yuan cannot be paid"
        raise conflict("OVERPAYMENT", detail, account=transfer.account, left=left, asked=asked)
    if isinstance(command, Collect):
        _check_counter(command)
    else:
        of_year = max(0, command.owed_fen - command.later_fen)
        check_year(transfer.account, moved, of_year, transfer.value_on.year)
    if bank is not None:
        check_bank(accounts.bank(name.county, name.fund), bank, moved)
    # Who holds the money elsewhere has paid out of it: the fund was given as much as it has paid.
    other = accounts.fund if bank is None else accounts.bank
    postings = (
        Posting(transfer.account, moved),
        Posting(transfer.counter or other(name.county, name.fund), -moved),
    )
    return (JournalBooked(journal_id=command.journal_id, kind=kind, booked_on=transfer.value_on, postings=postings),)


def _check_counter(command: Collect) -> None:
    """Refuse to give a hospital more than it has given out, or to set off more than is owed: OVERPAYMENT."""
    transfer, out = command.transfer, command.counter_fen
    if out is not None and transfer.amount_fen > out:
        left, asked = yuan_from_fen(max(0, out)), yuan_from_fen(transfer.amount_fen)
        detail = f"{transfer.counter} stands at {left} yuan, so {asked} yuan cannot come to it"
        raise conflict("OVERPAYMENT", detail, account=transfer.counter or "", left=left, asked=asked)
