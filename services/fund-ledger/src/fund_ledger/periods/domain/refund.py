"""The journal that pays what a clearing left: a surplus goes back to who paid in, a shortage comes in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import JournalState, Unbooked, evolve, with_alarms
from fund_ledger.payments.domain.checks import check_bank
from fund_ledger.periods.domain.clearing import CLEARING, AccountCleared
from kernel.values.decider import Decider


class PayClearing(msgspec.Struct, frozen=True, kw_only=True):
    """Pay what the clearing of an account left; ``bank_fen`` is what the fund's bank account has."""

    journal_id: str
    county: str
    year: int
    cleared: AccountCleared
    available_fen: Mapping[str, int]
    bank_fen: int
    paid_on: date


def decide(command: PayClearing, state: JournalState) -> Sequence[JournalEvent]:
    """The journal, once. Raises Refused BANK_SHORT."""
    if not isinstance(state, Unbooked):
        return ()
    cleared, fund = command.cleared, command.cleared.fund
    out = cleared.refund_fen - cleared.top_up_fen
    check_bank(accounts.bank(command.county, fund), command.bank_fen, out)
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=CLEARING,
        booked_on=command.paid_on,
        postings=(
            Posting(accounts.fund(command.county, fund), out),
            Posting(accounts.bank(command.county, fund), -out),
        ),
        source=f"{command.year}-{cleared.account}",
    )
    return with_alarms(journal, command.available_fen)


DECIDER: Final[Decider[PayClearing, JournalState, JournalEvent]] = Decider(Unbooked(), decide, evolve)
