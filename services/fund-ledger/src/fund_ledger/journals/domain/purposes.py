"""Purposes: a fund pays only for what its document names (专款专用), whoever told the ledger to book it."""

from collections.abc import Iterable

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent


def check_purposes(happened: Iterable[JournalEvent], charts: Charts) -> None:
    """Refuse a booking that charges a fund for another purpose, or a fund that the county never had.

    What takes a booking back is not asked: it gives back what was allowed when it was given.
    Raises Refused FUND_UNKNOWN, PURPOSE_NOT_ALLOWED.
    """
    for event in happened:
        if isinstance(event, JournalBooked):
            for posting in event.postings:
                account = accounts.parse(posting.account)
                if account.kind == accounts.FUND and posting.payer is not None and posting.amount_fen > 0:
                    charts.ever(account.county).must_pay(account.fund, posting.payer)
