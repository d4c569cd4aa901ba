"""Rows: each journal as one row that cannot be unbalanced, the accounts' balances, the payers' totals."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import (
    FundOverdrawn,
    FundRestored,
    JournalBooked,
    JournalReversed,
    Posting,
    RefusalNoted,
)
from kernel.values.china_time import china_date
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import SUMMED, Change, adding, put_of, putting

TABLES: Final = MetaData()

journals: Final = Table(
    "journals",
    TABLES,
    *columns_of(JournalBooked, "journal_id", leaving=("postings",)),
    # Empty where the release before has just booked it: a trigger fills both dates in.
    Column("recorded_on", Date),
    # One row a journal, so that one CHECK sees all of it.
    Column("accounts", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    Column("payers", ARRAY(Text), nullable=False),
    CheckConstraint("is_balanced(accounts, amounts, payers)", name="journals_are_balanced"),
    Index("journals_settlement", "settlement_id"),
    Index("journals_booked", "booked_on", "journal_id"),
    Index("journals_accounts", "accounts", postgresql_using="gin"),
)

entries: Final = Table(
    "entries",
    TABLES,
    # In the order of the key, so that a page of an account costs the same however long the account is.
    Column("account", Text, primary_key=True),
    Column("booked_on", Date, primary_key=True),
    Column("journal_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("settlement_id", Text),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payer", Text, nullable=False),
    # What was recorded today is few rows, on whatever day it is booked.
    Index("entries_recorded", "account", "recorded_on"),
    # Of one kind there may be a few among millions.
    Index("entries_kind", "account", "kind", "booked_on", "journal_id", "line"),
)

#: An account's balance on a day, as far as it was known on another, is a sum over these.
day_sums: Final = Table(
    "day_sums",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("booked_on", Date, primary_key=True),
    Column("effective_on", Date, primary_key=True),
    Column("recorded_on", Date, primary_key=True),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    info=SUMMED,
)

#: What a fund was given and had to bear in a month: by kind of journal, by source of the money, by payer's layer.
fund_flows: Final = Table(
    "fund_flows",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("payer", Text, primary_key=True),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    info=SUMMED,
)

balances: Final = Table(
    "balances",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    # What persons and hospitals still have to get or to give is few of the accounts that they ever had.
    Index("balances_open", "account", postgresql_where=text("debit_fen <> credit_fen")),
    info=SUMMED,
)

payer_totals: Final = Table(
    "payer_totals",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("payer", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("to_hospitals_fen", BigInteger, nullable=False),
    Column("to_persons_fen", BigInteger, nullable=False),
    info=SUMMED,
)


class _Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A journal as it is noted: what was booked, or what was booked back."""

    journal_id: str
    kind: str
    booked_on: date
    effective_on: date
    recorded_on: date
    settlement_id: str | None
    source: str | None
    reason: str | None
    corrects: str | None
    postings: tuple[Posting, ...]


def _booked(recorded: RecordedEvent) -> Iterable[Change]:
    event: JournalBooked = recorded.event
    yield from _noted(
        _Noted(
            journal_id=event.journal_id,
            kind=event.kind,
            booked_on=event.booked_on,
            effective_on=event.effective_on or event.booked_on,
            recorded_on=china_date(recorded.occurred_at),
            settlement_id=event.settlement_id,
            source=event.source,
            reason=event.reason,
            corrects=event.corrects,
            postings=event.postings,
        )
    )


def _reversed(recorded: RecordedEvent) -> Iterable[Change]:
    event: JournalReversed = recorded.event
    yield from _noted(
        _Noted(
            journal_id=event.reversal_id,
            kind="reversal",
            booked_on=event.booked_on,
            effective_on=event.effective_on or event.booked_on,
            recorded_on=china_date(recorded.occurred_at),
            settlement_id=event.settlement_id,
            source=None,
            reason=event.reason,
            corrects=None,
            postings=event.postings,
        )
    )


def _noted(journal: _Noted) -> Iterable[Change]:
    lines = {
        "accounts": [posting.account for posting in journal.postings],
        "amounts": [posting.amount_fen for posting in journal.postings],
        "payers": [posting.payer or "" for posting in journal.postings],
    }
    yield put_of(journal, journals, **lines)
    booked_on, effective_on, recorded_on = journal.booked_on, journal.effective_on, journal.recorded_on
    for line, (account, fen, payer) in enumerate(zip(*lines.values(), strict=True), start=1):
        sides = (fen, 0, 1) if fen > 0 else (0, -fen, 1)
        yield _entry(
            account, booked_on, journal.journal_id, line, effective_on, recorded_on, journal.kind,
            journal.settlement_id, fen, payer,
        )  # fmt: skip
        yield _balance(account, *sides)
        yield _day_sum(account, booked_on, effective_on, recorded_on, *sides)
        yield from _by_fund(journal, accounts.parse(account), payer, sides)


def _by_fund(journal: _Noted, account: accounts.Account, payer: str, sides: tuple[int, int, int]) -> Iterable[Change]:
    """A payer's total counts where the money is to go, so each amount is in it once; a fund's flows on the fund."""
    if account.kind == accounts.FUND:
        month = journal.booked_on.replace(day=1)
        yield _flow(account.county, account.fund, month, journal.kind, journal.source or "", payer, *sides)
    elif payer and account.payee_kind is not None:
        fen = sides[1] - sides[0]
        to_person = account.payee_kind == "person"
        yield _total(account.county, payer, account.fund, 0 if to_person else fen, fen if to_person else 0)


# Each posting leaves several of these: they are built by place, and checked by name once.
_entry = putting(
    entries, "account", "booked_on", "journal_id", "line", "effective_on", "recorded_on", "kind", "settlement_id",
    "amount_fen", "payer",
)  # fmt: skip
_SIDES: Final = ("debit_fen", "credit_fen", "lines")
_balance = adding(balances, "account", *_SIDES)
_day_sum = adding(day_sums, "account", "booked_on", "effective_on", "recorded_on", *_SIDES)
_flow = adding(fund_flows, "county", "fund", "month", "kind", "source", "payer", *_SIDES)
_total = adding(payer_totals, "county", "payer", "fund", "to_hospitals_fen", "to_persons_fen")


ROWS: Final[RowsByEvent] = {
    JournalBooked: _booked,
    JournalReversed: _reversed,
    RefusalNoted: no_rows,
    FundOverdrawn: no_rows,
    FundRestored: no_rows,
}
