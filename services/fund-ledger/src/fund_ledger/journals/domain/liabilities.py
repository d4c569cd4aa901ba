"""Liabilities: what a settled bill makes each payer's funds owe, to the hospital and to the person."""

from collections.abc import Callable, Mapping
from functools import partial

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.funding import split
from fund_ledger.journals.domain.memo import borne

#: From county and fund to the account on which the fund owes.
_Payable = Callable[[str, str], str]


def liabilities(bill: SettledBill, available_fen: Mapping[str, int]) -> tuple[Posting, ...]:
    """The postings of a bill: for each payer's part its funds are charged and what they owe is credited (B8).

    The part itself is owed to the hospital, its payout beside the bill to the person. Parts draw on
    the same funds one after another. Nothing where no payer pays.
    """
    left = dict(available_fen)
    hospital = partial(accounts.payable_to_hospital, bill.hospital_id)
    person = partial(accounts.payable_to_person, bill.person_id)
    postings: list[Posting] = []
    for part in bill.parts:
        if part.payer in accounts.BORNE_BY_HOSPITAL:
            postings += borne(bill.hospital_id, bill.county, part.payer, part.amount_fen)
            continue
        postings += _owe(bill.county, part, part.amount_fen, hospital, left)
        postings += _owe(bill.county, part, part.payout_fen, person, left)
    return tuple(postings)


def _owe(county: str, part: PayerPart, amount_fen: int, payable: _Payable, left: dict[str, int]) -> list[Posting]:
    """Charge ``amount_fen`` to the part's funds, and take it off what they have ``left``."""
    held = {code: left.get(accounts.fund(county, code), 0) for code in part.cascade}
    postings: list[Posting] = []
    for code, share in split(amount_fen, part.cascade, held):
        account = accounts.fund(county, code)
        left[account] = left.get(account, 0) - share
        if share:
            postings += [Posting(account, share, part.payer), Posting(payable(county, code), -share, part.payer)]
    return postings
