"""Liabilities: what a settled bill makes each payer's funds owe, to the hospital and to the person."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.bill import PayerPart, SettledBill, SupplementedBill
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.funding import split
from fund_ledger.journals.domain.memo import borne

#: The payee who paid the whole bill, and gets what payers give for it.
PERSON: Final = "PERSON"
#: From county and fund to the account on which the fund owes.
_Payable = Callable[[str, str], str]


def liabilities(bill: SettledBill, available_fen: Mapping[str, int]) -> tuple[Posting, ...]:
    """The postings of a bill: for each payer's part its funds are charged and what they owe is credited (B8).

    The part itself is owed to its payee, its payout beside the bill to the person. Parts draw on the same funds one
    after another. What the patient prepaid beyond the own share the hospital owes. Nothing where nobody owes anything.
    """
    left = dict(available_fen)
    hospital = partial(accounts.payable_to_hospital, bill.hospital_id)
    person = partial(accounts.payable_to_person, bill.person_id)
    postings: list[Posting] = []
    for part in bill.parts:
        if part.payer in accounts.BORNE_BY_HOSPITAL:
            postings += of_hospital(bill, part)
            continue
        payee = person if part.payee == PERSON else hospital
        postings += _owe(bill.county, part, part.amount_fen, payee, left)
        postings += _owe(bill.county, part, part.payout_fen, person, left)
    return (*postings, *prepaid(bill, bill.refund_fen))


def of_hospital(bill: SettledBill | SupplementedBill, part: PayerPart) -> list[Posting]:
    """A part that the hospital itself is to bear: counted, or owed to a person who has paid it there (AMB-D8)."""
    if part.payee != PERSON:
        return borne(bill.hospital_id, bill.county, part.payer, part.amount_fen)
    if not part.amount_fen:
        return []
    due = accounts.receivable_from_hospital(bill.hospital_id, bill.county, part.payer)
    owed = accounts.payable_to_person(bill.person_id, bill.county, part.payer)
    return [Posting(due, part.amount_fen, part.payer), Posting(owed, -part.amount_fen, part.payer)]


def prepaid(bill: SettledBill, amount_fen: int) -> list[Posting]:
    """What the hospital holds of the patient's own money, and owes; nothing at 0 fen."""
    if not amount_fen:
        return []
    held = accounts.receivable_from_hospital(bill.hospital_id, bill.county, accounts.PREPAID)
    owed = accounts.payable_to_person(bill.person_id, bill.county, accounts.PREPAID)
    return [Posting(held, amount_fen), Posting(owed, -amount_fen)]


def _owe(county: str, part: PayerPart, amount_fen: int, payable: _Payable, left: dict[str, int]) -> list[Posting]:
    """Charge ``amount_fen`` to the part's funds, and take it off what they have ``left``."""
    if not amount_fen:
        return []
    held = {code: left.get(accounts.fund(county, code), 0) for code in part.cascade}
    postings: list[Posting] = []
    for code, share in split(amount_fen, part.cascade, held):
        account = accounts.fund(county, code)
        left[account] = left.get(account, 0) - share
        if share:
            postings += [Posting(account, share, part.payer), Posting(payable(county, code), -share, part.payer)]
    return postings
