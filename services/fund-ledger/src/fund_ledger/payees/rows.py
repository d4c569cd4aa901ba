"""Rows: which account each payee is paid to and which waits, looks; keys and sealed accounts are no projection."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, LargeBinary, MetaData, Table, Text, func

from fund_ledger.payees.domain import (
    AccountsSeen,
    PayeeAccount,
    PayeeAccountConfirmed,
    PayeeAccountNamed,
    PayeeAccountRejected,
)
from kernel.security import WrappedKey
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of, remove

TABLES: Final = MetaData()
#: What does not follow from events: replay leaves it alone.
SOURCES: Final = MetaData()

#: Two at most of a payee in a county: the one that is paid to, and the one that waits.
payee_accounts: Final = Table(
    "payee_accounts",
    TABLES,
    Column("county", Text, primary_key=True),
    Column("payee_kind", Text, primary_key=True),
    Column("payee_id", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    *columns_of(PayeeAccount, leaving=("county", "payee_kind", "payee_id")),
    Column("confirmed_on", Date),
    Column("confirmed_by", Text),
)
account_looks: Final = Table(
    "account_looks",
    TABLES,
    *columns_of(AccountsSeen, "look_id"),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index("account_looks_of_subject", "subject_id", "seen_at", "look_id"),
)

#: Each payee's key, wrapped. A person's goes with an erasure, and what it sealed goes with it.
payee_keys: Final = Table(
    "payee_keys",
    SOURCES,
    Column("subject", Text, primary_key=True),
    *columns_of(WrappedKey),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
sealed_accounts: Final = Table(
    "sealed_accounts",
    SOURCES,
    Column("account_id", Text, primary_key=True),
    Column("subject", Text, ForeignKey("payee_keys.subject", ondelete="CASCADE"), nullable=False),
    Column("details", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("sealed_accounts_of_subject", "subject"),
)
#: People whose data were erased: nothing is sealed for them again.
payee_erasures: Final = Table("payee_erasures", SOURCES, Column("subject", Text, primary_key=True))


def erased_rows(person_id: str) -> list[Change]:
    """What an erasure leaves: no key, so no account, and a word that there shall be none."""
    subject = f"person/{person_id}"
    return [remove(payee_keys, subject=subject), put(payee_erasures, subject=subject)]


def _named(recorded: RecordedEvent) -> Iterable[Change]:
    yield _put(recorded.event.account, "waiting")


def _confirmed(recorded: RecordedEvent) -> Iterable[Change]:
    event: PayeeAccountConfirmed = recorded.event
    yield _gone(event.account, "waiting")
    yield put_of(event.account, payee_accounts, status="paid_to", confirmed_on=event.on, confirmed_by=event.by)


def _rejected(recorded: RecordedEvent) -> Iterable[Change]:
    event: PayeeAccountRejected = recorded.event
    yield _gone(event.account, event.stood)


def _seen(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, account_looks, roles=list(recorded.event.roles), seen_at=recorded.occurred_at)


def _put(account: PayeeAccount, status: str) -> Change:
    return put_of(account, payee_accounts, status=status, confirmed_on=None, confirmed_by=None)


def _gone(account: PayeeAccount, status: str) -> Change:
    of = {"county": account.county, "payee_kind": account.payee_kind, "payee_id": account.payee_id}
    return remove(payee_accounts, **of, status=status)


ROWS: Final[RowsByEvent] = {
    PayeeAccountNamed: _named,
    PayeeAccountConfirmed: _confirmed,
    PayeeAccountRejected: _rejected,
    AccountsSeen: _seen,
}
