"""Rows: each journal as one row that cannot be unbalanced, the accounts' balances, the payers' totals."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalReversed, Posting
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import SUMMED, Change, add, put

TABLES: Final = MetaData()

journals: Final = Table(
    "journals",
    TABLES,
    *columns_of(JournalBooked, "journal_id", leaving=("postings",)),
    Column("reason", Text),
    # One row a journal, so that one CHECK sees all of it.
    Column("accounts", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    Column("payers", ARRAY(Text), nullable=False),
    CheckConstraint("is_balanced(accounts, amounts, payers)", name="journals_are_balanced"),
    Index("journals_settlement", "settlement_id"),
    Index("journals_booked", "booked_on", "journal_id"),
    Index("journals_accounts", "accounts", postgresql_using="gin"),
)

balances: Final = Table(
    "balances",
    TABLES,
    Column("account", Text, primary_key=True),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
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


def _booked(recorded: RecordedEvent) -> Iterable[Change]:
    event: JournalBooked = recorded.event
    yield _journal(event, journal_id=event.journal_id, kind=event.kind, source=event.source, reason=None)
    yield from _sums(event.postings)


def _reversed(recorded: RecordedEvent) -> Iterable[Change]:
    event: JournalReversed = recorded.event
    yield _journal(event, journal_id=event.reversal_id, kind="reversal", source=None, reason=event.reason)
    yield from _sums(event.postings)


def _journal(event: JournalBooked | JournalReversed, **of_its_kind: str | None) -> Change:
    return put(
        journals,
        booked_on=event.booked_on,
        settlement_id=event.settlement_id,
        accounts=[posting.account for posting in event.postings],
        amounts=[posting.amount_fen for posting in event.postings],
        payers=[posting.payer or "" for posting in event.postings],
        **of_its_kind,
    )


def _sums(postings: Iterable[Posting]) -> Iterable[Change]:
    for posting in postings:
        yield _balance(posting)
        yield from _payer_total(posting)


def _balance(posting: Posting) -> Change:
    debit, credit = max(posting.amount_fen, 0), max(-posting.amount_fen, 0)
    return add(balances, account=posting.account, debit_fen=debit, credit_fen=credit, lines=1)


def _payer_total(posting: Posting) -> Iterable[Change]:
    """A payer's total counts where the money is to go, so each amount is in it once."""
    account = accounts.parse(posting.account)
    if posting.payer is None or account.payee_kind is None:
        return
    to_person = account.payee_kind == "person"
    yield add(
        payer_totals,
        county=account.county,
        payer=posting.payer,
        fund=account.fund,
        to_hospitals_fen=0 if to_person else -posting.amount_fen,
        to_persons_fen=-posting.amount_fen if to_person else 0,
    )


ROWS: Final[RowsByEvent] = {
    JournalBooked: _booked,
    JournalReversed: _reversed,
    FundOverdrawn: no_rows,
    FundRestored: no_rows,
}
