"""Refused payment: a hospital bears what funds gave for a visit whose certification was cancelled (003 三(九))."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.bill import SupplementedBill
from fund_ledger.journals.domain.events import JournalBooked, Posting
from fund_ledger.journals.domain.memo import borne

#: Under which the books count what hospitals were refused.
REFUSED: Final = "REFUSED"
#: The kind of its journal.
REFUSAL: Final = "refusal"
#: The kind of the journal of what the review of a statement took off.
DEDUCTION: Final = "deduction"
#: The kind of the journal of what changes of it when the bill is decided again; hospitals' statements have it.
DEDUCTION_CHANGE: Final = "deduction_change"
#: What a hospital bears of what payers had given: a later difference of the bill is worked out as if it had not.
TAKEN_OFF: Final = frozenset({REFUSAL, DEDUCTION, DEDUCTION_CHANGE})


class RefusedBill(msgspec.Struct, frozen=True):
    """A settled bill of which some payers' money is refused to the hospital."""

    settlement_id: str
    county: str
    hospital_id: str
    payers: tuple[str, ...]

    @property
    def journal_id(self) -> str:
        """The name of the refusal beside the settlement's journal."""
        return f"{self.settlement_id}-refusal"


def refusal(bill: RefusedBill, given: Mapping[str, Mapping[str, int]]) -> tuple[Posting, ...]:
    """Each fund gets back what it bore for the bill, from the hospital; the patient neither pays nor gets a fen.

    ``given`` is what each fund has borne of each payer's part so far, in fen: payer → fund → amount. What the fund
    still owed the hospital is cleared; where it had paid, the hospital's account stands in debit until it pays back.
    """
    parts = [
        (payer, code, amount)
        for payer in bill.payers
        for code, amount in sorted(given.get(payer, {}).items())
        if amount > 0
    ]
    return back_from_hospital(bill.hospital_id, bill.county, parts)


def refused_by(past: Iterable[JournalBooked]) -> frozenset[str]:
    """The payers whose money these journals refused to the hospital."""
    refusals = (journal for journal in past if journal.kind == REFUSAL)
    return frozenset(posting.payer for journal in refusals for posting in journal.postings if posting.payer)


def refused_again(bill: SupplementedBill, refused: Set[str], change: Sequence[Posting]) -> tuple[Posting, ...]:
    """What a later difference changes of a refusal: a payer's part is refused as it stands, whichever came first.

    ``refused`` are the payers whose money is refused, ``change`` the difference's postings. So the hospital bears the
    same fen whether it was refused before or after the bill was decided again, also of a payer that had given nothing.
    """
    parts = [
        (posting.payer, account.fund, posting.amount_fen)
        for posting in change
        if (account := accounts.parse(posting.account)).kind == accounts.FUND
        and posting.payer is not None
        and posting.payer in refused
        and posting.amount_fen
    ]
    return back_from_hospital(bill.hospital_id, bill.county, parts)


def back_from_hospital(hospital_id: str, county: str, parts: Iterable[tuple[str, str, int]]) -> tuple[Posting, ...]:
    """Of parts as (payer, fund, fen) each payer's fund gets back its amount; below zero the hospital gets it back."""
    postings: list[Posting] = []
    total = 0
    for payer, code, amount in parts:
        postings += [Posting(accounts.payable_to_hospital(hospital_id, county, code), amount, payer)]
        postings += [Posting(accounts.fund(county, code), -amount, payer)]
        total += amount
    return (*postings, *borne(hospital_id, county, REFUSED, total))
