"""The rows of the registry of institutions."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Boolean, Column, Date, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from settlement.institutions.domain import InstitutionContracted

TABLES: Final = MetaData()

institutions: Final = Table(
    "institutions",
    TABLES,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("contract_from", Date, nullable=False),
    Column("contract_to", Date),
    Column("majors", Boolean, nullable=False),
    Column("major_diseases", ARRAY(Text), nullable=False),
)


def _entry(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, institutions)


ROWS: Final[RowsByEvent] = {InstitutionContracted: _entry}
