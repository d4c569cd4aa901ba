"""The rows of adopted law."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, MetaData, Table, Text

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from settlement.policies.domain import PolicyAdopted

TABLES: Final = MetaData()

policies: Final = Table(
    "policies",
    TABLES,
    Column("digest", Text, primary_key=True),
    Column("pack_id", Text, nullable=False),
    Column("text", Text, nullable=False),
)


def _adopted(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, policies)


ROWS: Final[RowsByEvent] = {PolicyAdopted: _adopted}
