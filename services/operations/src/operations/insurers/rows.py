"""Rows: files of insurers as they stand, one for each county in which an insurer is active."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from operations.insurers.domain import Insurer, InsurerChecked, InsurerSet, InsurerTermsSet

TABLES: Final = MetaData()

insurer_files: Final = Table(
    "insurer_files",
    TABLES,
    *columns_of(Insurer, "county", "insurer_id", terms=JSONB, checks=JSONB),
    Index("insurer_files_of_insurer", "insurer_id", "county"),
)
#: One file an insurer, whichever county's was written last: only a program of the release before reads it.
insurers: Final = Table(
    "insurers",
    TABLES,
    *columns_of(Insurer, "insurer_id", terms=JSONB, checks=JSONB),
    Index("insurers_county", "county", "insurer_id"),
)


def _stands(recorded: RecordedEvent) -> Iterable[Change]:
    for table in (insurer_files, insurers):
        yield put_of(recorded.event.insurer, table)


ROWS: Final[RowsByEvent] = dict.fromkeys((InsurerSet, InsurerTermsSet, InsurerChecked), _stands)
