"""Why something in the books is what it is, and whether it is."""

from collections import Counter
from datetime import date

import msgspec
from typing_extensions import override

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.refused_payment import REFUSED
from kernel.values.money import yuan_from_fen
from onestop.ledger.books import Journal


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Why a payer's part of a journal is what it is: the clause and document, and the line of the pack that says so.

    ``strange`` are funds that were charged and stand behind no such layer.
    """

    journal_id: str
    settlement_id: str | None
    booked_on: date
    payer: str
    booked_fen: int
    decided_fen: int
    clause: str
    document: str
    law: str
    strange: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether as much was booked as was decided, and on the funds that are to pay it."""
        return self.booked_fen == self.decided_fen and not self.strange

    @override
    def __str__(self) -> str:
        amount = yuan_from_fen(self.booked_fen)
        if self.booked_fen != self.decided_fen:
            amount += f" yuan booked, {yuan_from_fen(self.decided_fen)} decided"
        if self.strange:
            amount += f" charged to {', '.join(self.strange)}"
        return f"{self.booked_on} {self.journal_id} {self.payer} {amount}  {self.clause} {self.document} {self.law}"


def booked_parts(journal: Journal) -> Counter[str]:
    """What each payer's funds were charged with, and what the hospital bears itself."""
    booked = Counter[str]()
    for name, fen, payer in zip(journal.accounts, journal.amounts, journal.payers, strict=True):
        if accounts.parse(name).fund != REFUSED and _bears(accounts.parse(name)):
            booked[payer] += fen
    return booked


def _bears(account: accounts.Account) -> bool:
    """Whether a debit there is a payer's part; a hospital's own that a person has paid is what it owes the person."""
    if account.kind == accounts.RECEIVABLE:
        return account.payee_kind == "hospital" and account.fund in accounts.BORNE_BY_HOSPITAL
    return account.kind == accounts.FUND or (account.kind == accounts.MEMO and account.payee_kind is None)


def funds_charged(journal: Journal) -> dict[str, set[str]]:
    """By payer the funds that a journal moves."""
    charged: dict[str, set[str]] = {}
    for name, payer in zip(journal.accounts, journal.payers, strict=True):
        account = accounts.parse(name)
        if account.kind == accounts.FUND and payer:
            charged.setdefault(payer, set()).add(account.fund)
    return charged
