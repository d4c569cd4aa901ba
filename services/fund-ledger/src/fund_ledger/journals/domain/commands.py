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
    effective_on: date | None = None


class BookSupplement(msgspec.Struct, frozen=True):
    """Book the difference of a settled bill that was decided again."""

    bill: SupplementedBill
    available_fen: Mapping[str, int]
    booked_on: date
    effective_on: date | None = None


class ReverseSettlement(msgspec.Struct, frozen=True):
    """Take a settlement's journal back, and those of its supplements."""

    reason: str
    available_fen: Mapping[str, int]
    booked_on: date
    effective_on: date | None = None


class RefusePayment(msgspec.Struct, frozen=True):
    """Let the hospital bear what payers gave for a settled bill."""

    bill: RefusedBill
    available_fen: Mapping[str, int]
    booked_on: date
    effective_on: date | None = None


class BookPremiums(msgspec.Struct, frozen=True, kw_only=True):
    """Finance paid the premiums of the poor out of a county's funds: the first as far as it reaches, then the next."""

    journal_id: str
    county: str
    funds: tuple[str, ...]
    total_fen: int
    available_fen: Mapping[str, int]
    booked_on: date
    effective_on: date | None = None


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


def county_of(command: JournalCommand) -> str:
    """The county in whose books a command is booked; empty where only what was booked before says it."""
    match command:
        case BookSettlement(bill=bill) | BookSupplement(bill=bill) | RefusePayment(bill=bill):
            return bill.county
        case BookPremiums(county=county):
            return county
        case ReverseSettlement():
            return ""
        case _:
            assert_never(command)


def in_open_month(command: JournalCommand, first: date) -> JournalCommand:
    """The command as it is booked: what happened in a closed month counts on the ``first`` open day, and says when."""
    if command.booked_on >= first:
        return command
    return msgspec.structs.replace(command, booked_on=first, effective_on=command.booked_on)
