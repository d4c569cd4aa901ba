"""A line of a journal that goes back, and the debt of a person that money which came back meets first."""

from collections.abc import Iterator, Mapping

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import Posting


def taken_back(posting: Posting, owed_back_fen: Mapping[str, int]) -> Iterator[Posting]:
    """The negative of a line; money for a person that came back first meets what the person owes of a revoked bill.

    So of a payment whose bill was revoked before the bank gave it back, nothing is payable again and nothing due.
    """
    back = -posting.amount_fen
    due = due_again(posting.account) if back < 0 else None
    met = min(-back, max(0, owed_back_fen.get(due, 0))) if due else 0
    for account, amount in ((due or "", -met), (posting.account, back + met)):
        if amount:
            yield Posting(account, amount, posting.payer)


def due_again(payable: str) -> str | None:
    """The account on which a person owes what was paid on a payable for a bill that was revoked; None for others."""
    account = accounts.parse(payable)
    if (account.kind, account.payee_kind) != (accounts.PAYABLE, "person"):
        return None
    return accounts.receivable_from_person(account.payee_id or "", account.county, account.fund)
