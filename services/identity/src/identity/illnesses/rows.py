"""The tables of the registry of the sick and of exit checks, and the rows that events leave in them."""

from typing import Final

from sqlalchemy import Index, MetaData, Table

from identity.illnesses.domain.exit_check import ExitChecked
from identity.illnesses.domain.illness import Illness, IllnessChanged, IllnessClosed, IllnessRecorded, IllnessVerified
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

illnesses = Table(
    "illnesses",
    TABLES,
    *columns_of(Illness, "illness_id"),
    Index("illnesses_of_person", "person_id"),
    Index("illnesses_state", "state", "illness_id"),
)
exit_checks = Table(
    "exit_checks",
    TABLES,
    *columns_of(ExitChecked, "check_id"),
    Index("exit_checks_of_person", "person_id", "checked_on"),
)

ROWS: Final[RowsByEvent] = {
    IllnessRecorded: one_row(illnesses, "illness"),
    IllnessChanged: one_row(illnesses, "illness"),
    IllnessVerified: one_row(illnesses, "illness"),
    IllnessClosed: one_row(illnesses, "illness"),
    ExitChecked: one_row(exit_checks),
}
