"""Money that was booked goes back: the bank returned it, or it was booked wrongly."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent
from fund_ledger.journals.domain.journal import Booked, JournalState, after, with_alarms
from fund_ledger.payments.domain.checks import check_bank
from fund_ledger.payments.domain.debts import revived
from fund_ledger.payments.domain.moved import COLLECTION, RETURN, RETURNABLE
from fund_ledger.payments.domain.taken_back import OwedBack, revived_by, taken_back
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict, not_found


class ReturnMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was booked went back: the bank returned it, or it was booked wrongly.

    ``available_fen`` is what the fund account has left where its money is here, ``bank_fen`` what the bank account has,
    ``matched_fen`` with how much a receipt meets orders. ``owed_back`` is what a person owes on each receivable because
    a bill was revoked after it was paid. ``filed_in`` is the payment file by which the bank is to pay it now.
    """

    journal_id: str
    reason: str
    available_fen: Mapping[str, int]
    bank_fen: int
    today: date
    kinds: frozenset[str] = RETURNABLE
    matched_fen: int = 0
    owed_back: Mapping[str, OwedBack] = {}
    filed_in: str | None = None


def give_back(command: ReturnMoney, state: JournalState) -> Sequence[JournalEvent]:
    """The journal of a return; before it those by which debts stand again that were written off and are now met.

    Raises Refused JOURNAL_UNKNOWN, NOT_RETURNABLE, RETURNED_BEFORE, PAYMENT_AT_BANK, RECEIPT_MATCHED, BANK_SHORT.
    """
    booked = _returnable(command, state)
    # What was set off is apart again; only money that came back meets a debt by itself.
    owed = {} if booked.kind == COLLECTION else command.owed_back
    again = [one for posting in booked.postings for one in revived_by(posting, owed)]
    met = {
        account: of.due_fen + sum(one.amount_fen for one in again if one.account == account)
        for account, of in owed.items()
    }
    journals = [
        revived(one, f"{booked.journal_id}-revival-{number}", command.today, command.reason)
        for number, one in enumerate(again, start=1)
    ]
    return _booked((*journals, _back(command, booked, met)), command.available_fen)


def _returnable(command: ReturnMoney, state: JournalState) -> JournalBooked:
    if not isinstance(state, Booked):
        raise not_found("JOURNAL_UNKNOWN", f"there is no journal {command.journal_id}")
    booked = state.journals[0]
    if booked.kind not in command.kinds:
        detail = f"journal {booked.journal_id} is a {booked.kind}; only {', '.join(sorted(command.kinds))} go back here"
        raise conflict("NOT_RETURNABLE", detail, kind=booked.kind)
    if any(journal.corrects == booked.journal_id for journal in state.journals):
        raise conflict("RETURNED_BEFORE", f"the money of journal {booked.journal_id} went back before")
    if (file_id := command.filed_in) is not None:
        detail = f"the bank is to pay {booked.journal_id} by the file {file_id}: take its answer, or cancel the file"
        raise conflict("PAYMENT_AT_BANK", detail, file_id=file_id)
    if command.matched_fen:
        detail = f"receipt {booked.journal_id} meets an order with {yuan_from_fen(command.matched_fen)} yuan; let it go"
        raise conflict("RECEIPT_MATCHED", detail)
    return booked


def _back(command: ReturnMoney, booked: JournalBooked, met: Mapping[str, int]) -> JournalBooked:
    back = tuple(posting for taken in booked.postings for posting in taken_back(taken, met))
    for posting in back:
        if accounts.parse(posting.account).kind == accounts.BANK:
            check_bank(posting.account, command.bank_fen, -posting.amount_fen)
    return JournalBooked(
        journal_id=f"{booked.journal_id}-return",
        kind=RETURN,
        booked_on=command.today,
        postings=back,
        source=booked.source,
        corrects=booked.journal_id,
        reason=command.reason,
    )


def _booked(journals: Iterable[JournalBooked], available_fen: Mapping[str, int]) -> Sequence[JournalEvent]:
    """The journals one after the other, each with its alarms."""
    events: tuple[JournalEvent, ...] = ()
    for journal in journals:
        events = (*events, *with_alarms(journal, after(available_fen, events)))
    return events
