"""Rows: reports as they were last made, and who read them."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Index, MetaData, Table, Uuid

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put_of
from operations.reports.domain.made import Made, ReportMade, ReportRead

TABLES: Final = MetaData()

reports_made: Final = Table("reports_made", TABLES, *columns_of(Made, "report", "area", "period"))
#: Every look at a report is a row.
report_looks: Final = Table(
    "report_looks",
    TABLES,
    Column("look_id", Uuid, primary_key=True),
    *columns_of(ReportRead),
    Index("report_looks_of_report", "report", "area", "period", "read_on"),
)


def _read(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, report_looks, look_id=recorded.event_id)


ROWS: Final[RowsByEvent] = {ReportMade: one_row(reports_made, "made"), ReportRead: _read}
