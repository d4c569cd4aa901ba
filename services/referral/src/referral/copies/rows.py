"""Rows: copies of the form that came to their keepers."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, MetaData, Table, Text

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from referral.copies.domain import CopyDelivered

TABLES: Final = MetaData()

copies: Final = Table(
    "copies",
    TABLES,
    Column("referral_id", Text, primary_key=True),
    Column("copy", Text, primary_key=True),
    Column("delivered_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
)


def _delivered(recorded: RecordedEvent) -> Iterable[Change]:
    event: CopyDelivered = recorded.event
    yield put_of(event, copies, copy=event.copy.value)


ROWS: Final[RowsByEvent] = {CopyDelivered: _delivered}
