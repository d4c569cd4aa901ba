"""Supplements: who owes whom the difference when a settled bill is decided again on other facts (AMB-X8)."""

from collections.abc import Mapping

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.bill import PayerPart, SupplementedBill
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.funding import redistribute
from fund_ledger.journals.domain.liabilities import PERSON, of_hospital

#: What each fund has borne of each payer's part so far, in fen: payer → fund → amount.
Given = Mapping[str, Mapping[str, int]]


def supplementary(bill: SupplementedBill, given: Given, available_fen: Mapping[str, int]) -> tuple[Posting, ...]:
    """The postings of a difference. Nothing where no payer's part changes.

    The patient has paid the old share at the hospital already: what the patient should have paid less, the payers owe
    the patient; what should have been more, the patient owes them. Whatever else moves between payers is between them
    and the hospital.
    """
    left = dict(available_fen)
    postings: list[Posting] = []
    of_patient = _patient_parts(bill)
    for part in bill.parts:
        if part.payer in accounts.BORNE_BY_HOSPITAL:
            postings += of_hospital(bill, part)
            continue
        person = of_patient[part.payer] + part.payout_fen
        held = {code: left.get(accounts.fund(bill.county, code), 0) for code in part.cascade}
        total = part.amount_fen + part.payout_fen
        shares = redistribute(total, part.cascade, given.get(part.payer, {}), held)
        for code, share in shares.items():
            account = accounts.fund(bill.county, code)
            left[account] = left.get(account, 0) - share
        postings += _owe(bill, part, shares, person)
    return tuple(postings)


def _patient_parts(bill: SupplementedBill) -> dict[str, int]:
    """How much of each payer's change is owed to the patient (below zero: by the patient), in the payers' order.

    What the hospital bears itself it settles with the patient at its own counter, so the funds only answer for
    their own change. A part whose payee is the person is the person's whole.
    """
    parts = {part.payer: part.amount_fen for part in bill.parts if part.payee == PERSON}
    changes = {
        p.payer: p.amount_fen for p in bill.parts if p.payer not in accounts.BORNE_BY_HOSPITAL and p.payer not in parts
    }
    funds, wanted = sum(changes.values()), -bill.patient_fen - sum(parts.values())
    due = min(wanted, max(funds, 0)) if wanted > 0 else max(wanted, min(funds, 0))
    for payer, change in changes.items():
        parts[payer] = _as_far_as(due, change)
        due -= parts[payer]
    return parts


def _as_far_as(wanted: int, there: int) -> int:
    """As much of what is wanted as is there, on the same side of zero."""
    return min(wanted, max(there, 0)) if wanted > 0 else max(wanted, min(there, 0))


def _owe(bill: SupplementedBill, part: PayerPart, shares: Mapping[str, int], person: int) -> list[Posting]:
    """Charge or give back the funds' shares, against the person as far as that goes and else the hospital."""
    postings: list[Posting] = []
    for code, share in shares.items():
        to_person = _as_far_as(person, share)
        person -= to_person
        postings.append(Posting(accounts.fund(bill.county, code), share, part.payer))
        postings += _to_person(bill, part.payer, code, to_person)
        postings += _to_hospital(bill, part.payer, code, share - to_person)
    # No fund moves for the rest; only whom the last one owes does.
    code = part.cascade[-1]
    return [*postings, *_to_person(bill, part.payer, code, person), *_to_hospital(bill, part.payer, code, -person)]


def _to_person(bill: SupplementedBill, payer: str, code: str, amount: int) -> list[Posting]:
    if not amount:
        return []
    # What is clawed back has an account of its own, so that its age is not hidden behind what is still to be paid.
    name = accounts.payable_to_person if amount > 0 else accounts.receivable_from_person
    return [Posting(name(bill.person_id, bill.county, code), -amount, payer)]


def _to_hospital(bill: SupplementedBill, payer: str, code: str, amount: int) -> list[Posting]:
    account = accounts.payable_to_hospital(bill.hospital_id, bill.county, code)
    return [Posting(account, -amount, payer)] if amount else []
