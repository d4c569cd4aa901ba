"""Projections: each journal as one row that cannot be unbalanced, and the accounts' balances."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from fund_ledger.domain.journal import JournalBooked, JournalReversed, Posting
from kernel.event_store import RecordedEvent
from kernel.event_store.schema import add_kernel_tables
from kernel.read_tables import SUMMED, Change, add, put

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
    Column("accounts", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    Column("payers", ARRAY(Text), nullable=False),
    CheckConstraint("is_balanced(accounts, amounts)", name="journals_are_balanced"),
    Index("journals_settlement", "settlement_id"),
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


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of a journal's event."""
    match recorded.event:
        case JournalBooked() as event:
            yield _journal(event.journal_id, event.kind, event)
            yield from _balances(event.postings)
        case JournalReversed() as event:
            yield _journal(f"{event.journal_id}-reversal", "reversal", event)
            yield from _balances(event.postings)
        case _:
            return


def _journal(journal_id: str, kind: str, event: JournalBooked | JournalReversed) -> Change:
    return put(
        journals,
        journal_id=journal_id,
        kind=kind,
        booked_on=event.booked_on,
        settlement_id=event.settlement_id,
        source=event.source if isinstance(event, JournalBooked) else event.reason,
        accounts=[posting.account for posting in event.postings],
        amounts=[posting.amount_fen for posting in event.postings],
        payers=[posting.payer or "" for posting in event.postings],
    )


def _balances(postings: tuple[Posting, ...]) -> Iterable[Change]:
    for posting in postings:
        yield add(
            balances,
            account=posting.account,
            debit_fen=max(posting.amount_fen, 0),
            credit_fen=max(-posting.amount_fen, 0),
            lines=1,
        )
