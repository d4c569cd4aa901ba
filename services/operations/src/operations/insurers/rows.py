"""Rows: files of insurers as they stand, one for each county in which an insurer is active."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of
from operations.insurers.domain import Insurer, InsurerChecked, InsurerSet, InsurerTermsSet

TABLES: Final = MetaData()

#: By stream: in one of before, an insurer's only one, the county may have been changed.
county_insurers: Final = Table(
    "county_insurers",
    TABLES,
    Column("stream_id", Text, primary_key=True),
    *columns_of(Insurer, terms=JSONB, checks=JSONB),
    Index("county_insurers_county", "county", "insurer_id"),
    Index("county_insurers_insurer", "insurer_id", "county"),
)


def _stands(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event.insurer, county_insurers, stream_id=recorded.stream_id)


ROWS: Final[RowsByEvent] = dict.fromkeys((InsurerSet, InsurerTermsSet, InsurerChecked), _stands)
