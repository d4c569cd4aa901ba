"""Rows: files as they stand, their visits, and who is responsible for whom."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, Index, MetaData, Table, Text, Uuid

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put, put_of
from operations.follow_up.domain.file import (
    DoctorContracted,
    FileCarriedOver,
    FileClosed,
    FileOpened,
    IllnessFile,
    VisitRecorded,
)
from operations.follow_up.domain.responsible import Responsible, ResponsibleAssigned
from operations.follow_up.domain.seen import FilesSeen

TABLES: Final = MetaData()

illness_files: Final = Table(
    "illness_files",
    TABLES,
    *columns_of(IllnessFile, "person_id", "illness"),
    Index("illness_files_county", "county", "person_id", "illness"),
)
visits: Final = Table(
    "visits",
    TABLES,
    Column("visit_id", Uuid, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("illness", Text, nullable=False),
    Column("visited_on", Date, nullable=False),
    Column("visited_by", Text, nullable=False),
    Column("found", Text, nullable=False),
    Index("visits_of_file", "person_id", "illness", "visited_on"),
)
responsible: Final = Table("responsible", TABLES, *columns_of(Responsible, "person_id"))
#: Every look at files is a row.
file_looks: Final = Table("file_looks", TABLES, Column("look_id", Uuid, primary_key=True), *columns_of(FilesSeen))

_stands = one_row(illness_files, "file")


def _visited(recorded: RecordedEvent) -> Iterable[Change]:
    event: VisitRecorded = recorded.event
    yield put_of(event.file, illness_files)
    yield put(
        visits,
        visit_id=recorded.event_id,
        person_id=event.file.person_id,
        illness=event.file.illness,
        visited_on=event.visited_on,
        visited_by=event.visited_by,
        found=event.found,
    )


ROWS: Final[RowsByEvent] = {
    **dict.fromkeys((FileOpened, DoctorContracted, FileClosed, FileCarriedOver), _stands),
    VisitRecorded: _visited,
    ResponsibleAssigned: one_row(responsible, "responsible"),
    FilesSeen: lambda recorded: [put_of(recorded.event, file_looks, look_id=recorded.event_id)],
}
