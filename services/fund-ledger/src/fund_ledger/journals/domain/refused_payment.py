"""Refused payment: a hospital bears what funds gave for a visit whose certification was cancelled (003 三(九))."""

from collections.abc import Mapping

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.memo import borne

#: Under which the books count what hospitals were refused.
REFUSED = "REFUSED"


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
    postings: list[Posting] = []
    total = 0
    for payer in bill.payers:
        for code, amount in sorted(given.get(payer, {}).items()):
            if amount > 0:
                hospital = accounts.payable_to_hospital(bill.hospital_id, bill.county, code)
                postings += [Posting(hospital, amount, payer)]
                postings += [Posting(accounts.fund(bill.county, code), -amount, payer)]
                total += amount
    return (*postings, *borne(bill.hospital_id, bill.county, REFUSED, total))
