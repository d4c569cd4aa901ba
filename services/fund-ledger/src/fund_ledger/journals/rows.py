"""Projections: each journal as one row that cannot be unbalanced, the accounts' balances, the payers' totals."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed, Posting
from kernel.writing.event_store import RecordedEvent
from kernel.writing.event_store.schema import add_kernel_tables
from kernel.writing.read_tables import SUMMED, Change, add, put

metadata: Final = MetaData()
add_kernel_tables(metadata)

journals: Final = Table(
    "journals",
    metadata,
    Column("journal_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("settlement_id", Text),
    Column("source", Text),
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
    metadata,
    Column("account", Text, primary_key=True),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    info=SUMMED,
)

payer_totals: Final = Table(
    "payer_totals",
    metadata,
    Column("county", Text, primary_key=True),
    Column("payer", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("to_hospitals_fen", BigInteger, nullable=False),
    Column("to_persons_fen", BigInteger, nullable=False),
    info=SUMMED,
)


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of a journal's event."""
    match recorded.event:
        case JournalBooked() as event:
            yield _journal(event.journal_id, event.kind, event, source=event.source)
        case JournalReversed() as event:
            yield _journal(event.reversal_id, "reversal", event, reason=event.reason)
        case _:
            return
    for posting in event.postings:
        yield _balance(posting)
        yield from _payer_total(posting)


def _journal(
    journal_id: str,
    kind: str,
    event: JournalBooked | JournalReversed,
    *,
    source: str | None = None,
    reason: str | None = None,
) -> Change:
    return put(
        journals,
        journal_id=journal_id,
        kind=kind,
        booked_on=event.booked_on,
        settlement_id=event.settlement_id,
        source=source,
        reason=reason,
        accounts=[posting.account for posting in event.postings],
        amounts=[posting.amount_fen for posting in event.postings],
        payers=[posting.payer or "" for posting in event.postings],
    )


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
