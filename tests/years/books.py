"""A ledger's books in memory, as its commands and consumer keep them: journals decided by the live deciders."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed
from fund_ledger.journals.domain.journal import DECIDER, JournalState, Unbooked
from fund_ledger.journals.domain.purposes import check_purposes
from fund_ledger.journals.domain.refused_payment import DEDUCTION
from fund_ledger.months.domain import FundAtClose
from fund_ledger.payments.domain.moved import STATEMENT_PAYMENT
from fund_ledger.periods.domain.clearing import Flow
from fund_ledger.statements.domain.statement import Unbilled
from law.packs import load_library

LIBRARY: Final = load_library(Path(__file__).parents[2] / "policies")
CHARTS: Final = Charts(LIBRARY)
#: Journals that settle what is owed, or are made by a statement: no statement claims them.
_NOT_BILLED: Final = {"payment", STATEMENT_PAYMENT, "return", DEDUCTION}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of one journal."""

    journal_id: str
    kind: str
    source: str
    account: str
    day: date
    payer: str | None
    fen: int


class Books:
    """Every entry that was booked, and what they come to."""

    def __init__(self) -> None:
        self.streams: dict[str, JournalState] = defaultdict(Unbooked)
        self.entries: list[Entry] = []
        self.sums: dict[str, int] = defaultdict(int)

    def book(self, stream: str, decider: Any, command: Any) -> None:
        """Decide and write, as the commands do: all of it or, where it is refused, nothing."""
        events = decider.decide(command, self.streams[stream])
        check_purposes(events, CHARTS)
        self.streams[stream] = DECIDER.fold(events, self.streams[stream])
        for event in events:
            if isinstance(event, JournalBooked | JournalReversed):
                self._note(event)

    def _note(self, event: JournalBooked | JournalReversed) -> None:
        for posting in event.postings:
            self.sums[posting.account] += posting.amount_fen
            self.entries.append(
                Entry(
                    journal_id=getattr(event, "reversal_id", event.journal_id),
                    kind=getattr(event, "kind", "reversal"),
                    source=getattr(event, "source", None) or "",
                    account=posting.account,
                    day=event.booked_on,
                    payer=posting.payer,
                    fen=posting.amount_fen,
                )
            )

    def left(self, county: str) -> dict[str, int]:
        """What each fund of a county has left whose money is kept here."""
        funds = CHARTS.ever(county).funds.values()
        return {name: -self.sums[name] for name in (accounts.fund(county, one.code) for one in funds if one.held_here)}

    def standing(self, county: str, end: date) -> tuple[FundAtClose, ...]:
        """How each fund of a county stands at the end of a day; of all counties together where none is named."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for entry in self.entries:
            account = accounts.parse(entry.account)
            if account.county.startswith(county) and entry.day <= end and account.kind != accounts.MEMO:
                sums[account.fund, account.kind] += entry.fen
        return tuple(
            FundAtClose(
                fund=fund,
                bank_fen=sums[fund, accounts.BANK],
                available_fen=-sums[fund, accounts.FUND],
                owed_fen=-sums[fund, accounts.PAYABLE],
                receivable_fen=sums[fund, accounts.RECEIVABLE],
            )
            for fund in sorted({fund for fund, _ in sums})
        )

    def flows(self, county: str, year: int) -> tuple[Flow, ...]:
        """What flowed through each fund of a county in a year; of all counties together where none is named."""
        sums: dict[tuple[str, str, str], int] = defaultdict(int)
        for entry in self.entries:
            account = accounts.parse(entry.account)
            if account.kind == accounts.FUND and account.county.startswith(county) and entry.day.year == year:
                sums[account.fund, entry.kind, entry.source] -= entry.fen
        return tuple(Flow(*of, given) for of, given in sums.items())

    def unbilled(self, account: str, end: date, billed: list[str]) -> tuple[Unbilled, ...]:
        """The journals of a payable up to a day that are on no statement yet."""
        owed: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if (
                entry.account == account
                and entry.day <= end
                and entry.kind not in _NOT_BILLED
                and entry.journal_id not in billed
            ):
                owed[entry.journal_id] -= entry.fen
        return tuple(Unbilled(journal, fen) for journal, fen in owed.items())
