"""A line of a journal that goes back, and the debt of a person that money which came back meets first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import Posting
from fund_ledger.payments.domain.debts import WrittenOff


class OwedBack(msgspec.Struct, frozen=True):
    """What a person owes because a bill was revoked after it was paid: still due, and borne by the fund since."""

    due_fen: int
    written_off: tuple[WrittenOff, ...] = ()


def revived_by(posting: Posting, owed_back: Mapping[str, OwedBack]) -> Iterator[WrittenOff]:
    """What of write-offs was no loss after all, as the money came back: what is beyond the sum that is still due."""
    owed = owed_back.get(due_again(posting.account) or "")
    if owed is not None:
        yield from up_to(posting.amount_fen - owed.due_fen, owed.written_off)


def up_to(limit_fen: int, written_off: Iterable[WrittenOff]) -> Iterator[WrittenOff]:
    """So much of write-offs, the first ones first."""
    for one in written_off:
        if (amount := min(limit_fen, one.amount_fen)) > 0:
            limit_fen -= amount
            yield msgspec.structs.replace(one, amount_fen=amount)


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


def after_it(owed_back: Mapping[str, OwedBack], returned: Sequence[Posting]) -> dict[str, OwedBack]:
    """What is owed back after money came back by these lines: nothing of it is met twice."""
    met = {posting.account: -posting.amount_fen for posting in returned}
    return {account: _less(owed, met.get(account, 0)) for account, owed in owed_back.items()}


def _less(owed: OwedBack, met_fen: int) -> OwedBack:
    gone = {one.journal_id: one.amount_fen for one in up_to(met_fen - owed.due_fen, owed.written_off)}
    left = [
        msgspec.structs.replace(one, amount_fen=one.amount_fen - gone.get(one.journal_id, 0))
        for one in owed.written_off
    ]
    return OwedBack(max(0, owed.due_fen - met_fen), tuple(one for one in left if one.amount_fen))


def due_again(payable: str) -> str | None:
    """The account on which a person owes what was paid on a payable for a bill that was revoked; None for others."""
    account = accounts.parse(payable)
    if (account.kind, account.payee_kind) != (accounts.PAYABLE, "person"):
        return None
    return accounts.receivable_from_person(account.payee_id or "", account.county, account.fund)


def borne_for(due: str) -> str:
    """The account of the fund that bears a person's debt once it is written off."""
    account = accounts.parse(due)
    return accounts.fund(account.county, account.fund)
