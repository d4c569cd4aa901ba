"""Refused payment: a hospital bears what funds gave for a visit whose certification was cancelled (003 三(九))."""

from collections.abc import Iterable, Mapping, Sequence
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
    return _to_hospital(bill.hospital_id, bill.county, parts)


def refused_again(
    bill: SupplementedBill, past: Sequence[JournalBooked], change: Sequence[Posting]
) -> tuple[Posting, ...]:
    """What a later difference changes of a refusal: a payer's part is refused as it stands, whichever came first.

    ``past`` are the bill's journals, ``change`` the difference's postings. So the hospital bears the same fen whether
    it was refused before or after the bill was decided again.
    """
    refused = {posting.payer for journal in past if journal.kind == REFUSAL for posting in journal.postings}
    parts = [
        (posting.payer, account.fund, posting.amount_fen)
        for posting in change
        if (account := accounts.parse(posting.account)).kind == accounts.FUND
        and posting.payer is not None
        and posting.payer in refused
        and posting.amount_fen
    ]
    return _to_hospital(bill.hospital_id, bill.county, parts)


def _to_hospital(hospital_id: str, county: str, parts: Iterable[tuple[str, str, int]]) -> tuple[Posting, ...]:
    """Each payer's fund gets back its amount from the hospital; below zero the hospital gets it back."""
    postings: list[Posting] = []
    total = 0
    for payer, code, amount in parts:
        postings += [Posting(accounts.payable_to_hospital(hospital_id, county, code), amount, payer)]
        postings += [Posting(accounts.fund(county, code), -amount, payer)]
        total += amount
    return (*postings, *borne(hospital_id, county, REFUSED, total))
