"""Reversal: a settlement's journals taken back; what was paid out already is not undone but owed back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, Posting

#: The kind of journal by which a hospital gave back what a patient had prepaid: money that has moved stays moved.
REFUND: Final = "refund"


def reversed_postings(journals: Sequence[JournalBooked], standing_fen: Mapping[str, int]) -> tuple[Posting, ...]:
    """The negative of the journals, but for money that a person has got by now: that the person owes (R-JY-25, B7).

    ``standing_fen`` is what is still owed on persons' accounts that the journals moved; what is not in there counts as
    not paid yet.
    """
    booked = [posting for journal in journals if journal.kind != REFUND for posting in journal.postings]
    left = {name: _unpaid(name, amount, journals, standing_fen) for name, amount in _owed_to_persons(booked).items()}
    postings: list[Posting] = []
    for posting in booked:
        owed, name = -posting.amount_fen, posting.account
        if owed <= 0 or name not in left:
            postings.append(Posting(name, owed, posting.payer))
            continue
        unpaid = min(owed, left[name])
        left[name] -= unpaid
        account = accounts.parse(name)
        due = accounts.receivable_from_person(account.payee_id or "", account.county, account.fund)
        postings += [
            Posting(where, part, posting.payer) for where, part in ((name, unpaid), (due, owed - unpaid)) if part
        ]
    return tuple(postings)


def refunded_fen(journals: Iterable[JournalBooked]) -> int:
    """What of a prepayment was given back so far."""
    return sum(p.amount_fen for journal in journals if journal.kind == REFUND for p in journal.postings[:1])


def _owed_to_persons(booked: Iterable[Posting]) -> dict[str, int]:
    owed: dict[str, int] = {}
    for posting in booked:
        account = accounts.parse(posting.account)
        if (account.kind, account.payee_kind) == (accounts.PAYABLE, "person"):
            owed[posting.account] = owed.get(posting.account, 0) - posting.amount_fen
    return owed


def _unpaid(name: str, owed_fen: int, journals: Sequence[JournalBooked], standing_fen: Mapping[str, int]) -> int:
    """How much of what the journals owe a person has not been paid."""
    if accounts.parse(name).fund == accounts.PREPAID:
        return max(0, owed_fen - refunded_fen(journals))
    return min(max(0, standing_fen.get(name, owed_fen)), max(0, owed_fen))
