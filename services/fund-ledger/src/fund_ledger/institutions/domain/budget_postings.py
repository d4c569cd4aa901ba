"""The lines of a budget's journals: what is paid in advance stands on what the fund owes the hospital."""

from typing import Final

from fund_ledger.institutions.domain.budget import (
    Budget,
    BudgetEvent,
    InstalmentPaid,
    InstalmentReturned,
    PaidByScore,
    PrepaymentGivenBack,
)
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.beside import moved
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.memo import borne
from fund_ledger.journals.domain.refused_payment import REFUSED

#: What a budget does to what is owed; everything else on the account is claims, and what was paid of them by hand.
PREPAYMENT: Final = "prepayment"
ASSESSMENT: Final = "assessment"
GIVEN_BACK: Final = "prepayment_returned"
OF_BUDGETS: Final = (PREPAYMENT, ASSESSMENT, GIVEN_BACK)


def postings_of(event: BudgetEvent, money: str) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines; ``money`` is the account that the fund's money leaves and comes back to."""
    of = event.budget
    payable = owed_to(of)
    match event:
        case InstalmentPaid(amount_fen=amount):
            return PREPAYMENT, moved(payable, money, amount)
        case PaidByScore():
            return ASSESSMENT, (*moved(payable, money, of.payout_fen), *_taken_off(of))
        case PrepaymentGivenBack(amount_fen=amount) | InstalmentReturned(amount_fen=amount):
            return GIVEN_BACK, moved(money, payable, amount)
        case _:
            return "", ()


def owed_to(of: Budget) -> str:
    """The account on which the fund owes the hospital."""
    return accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)


def _taken_off(of: Budget) -> tuple[Posting, ...]:
    """What is withheld the fund owes no more; the hospital bears it."""
    given = moved(owed_to(of), accounts.fund(of.county, of.fund), of.taken_off_fen)
    return (*given, *borne(of.hospital_id, of.county, REFUSED, of.taken_off_fen))
