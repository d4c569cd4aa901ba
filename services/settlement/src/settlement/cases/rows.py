"""The rows of cases, and the invoices that they hold: no other case of the hospital may have the same one."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Index, MetaData, Table, Text, UniqueConstraint

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put, put_of, remove
from settlement.cases.domain.case import (
    CaseHandedIn,
    CasePaid,
    CasePapersAdded,
    CasePaymentReturned,
    CaseReturned,
    CaseSettled,
    CaseSigned,
    CaseWithdrawn,
)
from settlement.cases.domain.standing import Case

TABLES: Final = MetaData()

#: What a case's events alone have.
_LEFT: Final = (
    "papers",
    "disease",
    "referral_id",
    "to_sign",
    "signed",
    "window",
    "visits",
    "returned",
    "paid_by",
    "told",
)

cases: Final = Table(
    "cases",
    TABLES,
    *columns_of(Case, "case_id", leaving=_LEFT, submitter=Text, state=Text),
    Index("cases_county", "county", "case_id"),
    Index("cases_person", "person_id"),
)

case_invoices: Final = Table(
    "case_invoices",
    TABLES,
    Column("case_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    UniqueConstraint("hospital_id", "number", name="case_invoices_once"),
)


def _stands(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event.case, cases)


def _handed_in(recorded: RecordedEvent) -> Iterable[Change]:
    case: Case = recorded.event.case
    yield put_of(case, cases)
    yield put(case_invoices, case_id=case.case_id, hospital_id=case.hospital_id, number=case.invoice_number)


def _withdrawn(recorded: RecordedEvent) -> Iterable[Change]:
    case: Case = recorded.event.case
    yield put_of(case, cases)
    yield remove(case_invoices, case_id=case.case_id)


ROWS: Final[RowsByEvent] = {
    CaseHandedIn: _handed_in,
    CaseWithdrawn: _withdrawn,
    **dict.fromkeys((CasePapersAdded, CaseReturned, CaseSettled, CaseSigned, CasePaid, CasePaymentReturned), _stands),
}
