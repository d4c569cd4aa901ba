"""The lines of consultation fees: the fund owes the centre, the centre owes the clinics, and both come to zero."""

from collections.abc import Iterable

from fund_ledger.institutions.domain.fee import (
    FeeEvent,
    Fees,
    FeesApprovalWithdrawn,
    FeesApproved,
    FeesPaid,
    FeesPassedOn,
    FeesReturned,
)
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.beside import moved
from fund_ledger.journals.domain.events import Posting
from fund_ledger.payments.domain.apart import CONSULT_FEE


def postings_of(event: FeeEvent, money: str) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines; ``money`` is the account that the fund's money leaves."""
    of = event.fees
    match event:
        case FeesApproved():
            fund = accounts.fund(of.county, of.fund)
            return "consult_fee_due", _of_all(moved(fund, payee, fen, CONSULT_FEE) for payee, fen in _owed(of))
        case FeesApprovalWithdrawn():
            fund = accounts.fund(of.county, of.fund)
            return "consult_fee_withdrawn", _of_all(moved(payee, fund, fen, CONSULT_FEE) for payee, fen in _owed(of))
        case FeesPaid():
            return "consult_fee_paid", _paid(of, money)
        case FeesReturned():
            back = (Posting(line.account, -line.amount_fen, line.payer) for line in _paid(of, money))
            return "consult_fee_returned", tuple(back)
        case FeesPassedOn(passed_fen=passed):
            held = held_by_centre(of)
            return "consult_fee_passed_on", _of_all(
                moved(_of_clinic(of, clinic), held, fen) for clinic, fen in passed.items()
            )
        case _:
            return "", ()


def _paid(of: Fees, money: str) -> tuple[Posting, ...]:
    paid = _of_all(moved(payee, money, fen) for payee, fen in _owed(of))
    return (*paid, *_to_be_passed_on(of))


def held_by_centre(of: Fees) -> str:
    """The account of what the centre has to pass on: it must come to zero."""
    return accounts.receivable_from_centre(of.centre_id, of.county, of.fund)


def _owed(of: Fees) -> list[tuple[str, int]]:
    """Whom the fund owes: the centre, or each clinic that settles directly."""
    if of.route == "THROUGH_CENTRE":
        return [(accounts.payable_to_hospital(of.centre_id, of.county, of.fund), of.due_fen)]
    return [
        (accounts.payable_to_hospital(clinic.clinic_id, of.county, of.fund), clinic.due_fen) for clinic in of.clinics
    ]


def _to_be_passed_on(of: Fees) -> tuple[Posting, ...]:
    if of.route == "DIRECT":
        return ()
    held = held_by_centre(of)
    return _of_all(moved(held, _of_clinic(of, clinic.clinic_id), clinic.due_fen) for clinic in of.clinics)


def _of_clinic(of: Fees, clinic_id: str) -> str:
    return accounts.payable_to_clinic(clinic_id, of.county, of.fund)


def _of_all(lines: Iterable[tuple[Posting, ...]]) -> tuple[Posting, ...]:
    return tuple(posting for two in lines for posting in two)
