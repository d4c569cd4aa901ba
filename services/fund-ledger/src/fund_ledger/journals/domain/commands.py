"""What can be asked of a journal. Balances arrive in the command: the books are read before, and held meanwhile."""

from collections.abc import Mapping
from datetime import date

import msgspec

from fund_ledger.journals.domain.bill import SettledBill, SupplementedBill
from fund_ledger.journals.domain.refused_payment import RefusedBill


class BookSettlement(msgspec.Struct, frozen=True):
    """Book who owes what for a settled bill. ``available_fen`` is what each fund account kept here has left."""

    bill: SettledBill
    available_fen: Mapping[str, int]
    booked_on: date


class BookSupplement(msgspec.Struct, frozen=True):
    """Book the difference of a settled bill that was decided again."""

    bill: SupplementedBill
    available_fen: Mapping[str, int]
    booked_on: date


class ReverseSettlement(msgspec.Struct, frozen=True):
    """Take a settlement's journal back, and those of its supplements."""

    reason: str
    available_fen: Mapping[str, int]
    booked_on: date


class RefusePayment(msgspec.Struct, frozen=True):
    """Let the hospital bear what payers gave for a settled bill."""

    bill: RefusedBill
    available_fen: Mapping[str, int]
    booked_on: date


class BookPremiums(msgspec.Struct, frozen=True):
    """Finance paid the premiums of the poor out of a county's funds: the first as far as it reaches, then the next."""

    journal_id: str
    county: str
    funds: tuple[str, ...]
    total_fen: int
    available_fen: Mapping[str, int]
    paid_on: date


class ReceiveMoney(msgspec.Struct, frozen=True):
    """Money came into a county's fund on ``value_on``."""

    journal_id: str
    county: str
    fund: str
    amount_fen: int
    source: str
    value_on: date
    today: date
    available_fen: Mapping[str, int]


class PayOut(msgspec.Struct, frozen=True):
    """A county's fund paid on ``value_on`` what it owes on ``payable``; ``owed_fen`` is what it owes now."""

    journal_id: str
    payable: str
    amount_fen: int
    owed_fen: int
    value_on: date
    today: date


class Collect(msgspec.Struct, frozen=True):
    """A person gave back on ``value_on`` what is due on ``receivable``; ``due_fen`` is what is due now."""

    journal_id: str
    receivable: str
    amount_fen: int
    due_fen: int
    value_on: date
    today: date


JournalCommand = (
    BookSettlement | BookSupplement | ReverseSettlement | ReceiveMoney | PayOut | Collect | RefusePayment | BookPremiums
)
