"""What a review took off a bill, when the bill is decided again: no more stays off than the payer gives now."""

from collections.abc import Iterator, Mapping, Set

from fund_ledger.journals.domain.bill import SupplementedBill
from fund_ledger.journals.domain.events import Posting
from fund_ledger.journals.domain.refused_payment import back_from_hospital

#: Fen by payer and fund: payer → fund → amount.
_ByFund = Mapping[str, Mapping[str, int]]


def deducted_again(bill: SupplementedBill, given: _ByFund, off: _ByFund, refused: Set[str]) -> tuple[Posting, ...]:
    """What changes of a deduction: where a payer gives less than was taken off, the hospital gets the rest back.

    ``given`` is what each fund gives of each payer's part after the difference, ``off`` what reviews took off it and
    has not gone back. What another fund of the same payer gives now is taken off there. The ``refused`` payers are left
    out: their part is refused as it stands. So the hospital bears no fen that the payer did not give.
    """
    parts = [
        (payer, code, amount)
        for payer, of_payer in off.items()
        if payer not in refused
        for code, amount in _changes(given.get(payer, {}), of_payer)
    ]
    return back_from_hospital(bill.hospital_id, bill.county, parts)


def _changes(given: Mapping[str, int], off: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """By fund what is taken off more; below zero what goes back."""
    there = {code: max(0, given.get(code, 0)) for code in {**given, **off}}
    over = {code: amount - there[code] for code, amount in off.items() if amount > there[code]}
    yield from ((code, -amount) for code, amount in sorted(over.items()))
    left = sum(over.values())
    for code in sorted(there):
        if part := min(left, max(0, there[code] - off.get(code, 0))):
            left -= part
            yield code, part
