"""A refund: a hospital gives a patient back what was prepaid beyond the own share (003 二(六) 只需交纳个人自付费用)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import Booked, JournalState, Unbooked, evolve
from fund_ledger.journals.domain.reversal import REFUND, refunded_fen
from fund_ledger.months.domain import must_be_open
from fund_ledger.payments.domain.checks import check_moved
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict, not_found


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that a hospital gave back for a settlement on ``value_on``; None as ``hospital_id`` is whoever may do all.

    ``counties`` are prefixes of the codes of the counties that the caller works for; none for all. ``open_from`` is the
    first day that is not in a closed month of the county.
    """

    settlement_id: str
    amount_fen: int
    value_on: date
    today: date
    hospital_id: str | None = None
    counties: tuple[str, ...] = ()
    open_from: date = date.min


class Held(msgspec.Struct, frozen=True):
    """What a hospital holds of a settlement's prepayment: both accounts, and how much is still to be given back."""

    receivable: str
    payable: str
    left_fen: int


def held_of(state: JournalState) -> Held | None:
    """What is held for a settlement; None where nothing was prepaid beyond the own share, or all was taken back."""
    journals = state.journals if isinstance(state, Booked) else ()
    for posting in (posting for journal in journals for posting in journal.postings):
        account = accounts.parse(posting.account)
        if account.kind == accounts.PAYABLE and account.fund == accounts.PREPAID:
            prepaid = [p for journal in journals if journal.kind != REFUND for p in journal.postings]
            owed = -sum(p.amount_fen for p in prepaid if p.account == posting.account)
            receivable = next(p.account for p in prepaid if _is_held(p.account))
            return Held(receivable, posting.account, owed - refunded_fen(journals))
    return None


def _is_held(name: str) -> bool:
    account = accounts.parse(name)
    return (account.kind, account.fund) == (accounts.RECEIVABLE, accounts.PREPAID)


def decide(command: Refund, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a refund.

    Raises Refused REFUND_UNKNOWN, AMOUNT_NOT_POSITIVE, VALUE_DATE_…, PERIOD_CLOSED, OVERPAYMENT.
    """
    held, about = held_of(state), command.settlement_id
    if held is None or not _is_callers(command, accounts.parse(held.receivable)):
        detail = f"nothing that was prepaid for settlement {about} is to be given back"
        raise not_found("REFUND_UNKNOWN", detail, settlement=about)
    check_moved(command.amount_fen, command.value_on, command.today)
    must_be_open(command.value_on, accounts.parse(held.receivable).county, command.open_from)
    if command.amount_fen > held.left_fen:
        left, asked = yuan_from_fen(held.left_fen), yuan_from_fen(command.amount_fen)
        detail = f"{left} yuan are left to be given back, not {asked} yuan"
        raise conflict("OVERPAYMENT", detail, settlement=about, left=left, asked=asked)
    assert isinstance(state, Booked), "what is held was booked"
    number = sum(journal.kind == REFUND for journal in state.journals) + 1
    return (
        JournalBooked(
            journal_id=f"{about}-refund-{number}",
            kind=REFUND,
            booked_on=command.value_on,
            postings=(Posting(held.payable, command.amount_fen), Posting(held.receivable, -command.amount_fen)),
            settlement_id=about,
        ),
    )


def _is_callers(command: Refund, account: accounts.Account) -> bool:
    mine = command.hospital_id in (None, account.payee_id)
    return mine and (not command.counties or account.county.startswith(command.counties))


DECIDER: Final[Decider[Refund, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)
