"""What can be asked of a journal. Balances arrive in the command: the books are read before, and held meanwhile."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

import msgspec

from fund_ledger.journals.domain import accounts
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


class BookPremiums(msgspec.Struct, frozen=True, kw_only=True):
    """Finance paid the premiums of the poor out of a county's funds: the first as far as it reaches, then the next."""

    journal_id: str
    county: str
    funds: tuple[str, ...]
    total_fen: int
    available_fen: Mapping[str, int]
    paid_on: date


JournalCommand = BookSettlement | BookSupplement | ReverseSettlement | RefusePayment | BookPremiums


def charged(command: JournalCommand) -> set[str]:
    """The fund accounts that a command may charge by what it says itself, whatever was booked before."""
    match command:
        case BookSettlement(bill=bill) | BookSupplement(bill=bill):
            return {accounts.fund(bill.county, code) for part in bill.parts for code in part.cascade}
        case BookPremiums(county=county, funds=funds):
            return {accounts.fund(county, code) for code in funds}
        case RefusePayment() | ReverseSettlement():
            return set()
        case _:
            assert_never(command)
