"""Scans' tables: looks as events leave them; keys and sealed bytes, which are no projection."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, MetaData, Table, Text, func

from kernel.running.scans.domain import ScanFiled, ScanRemoved, ScanSeen
from kernel.security import WrappedKey
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, no_rows
from kernel.writing.read_tables import Change, put, put_of, remove

TABLES: Final = MetaData()
#: What does not follow from events: replay leaves it alone.
SOURCES: Final = MetaData()

scan_looks: Final = Table(
    "scan_looks",
    TABLES,
    *columns_of(ScanSeen, "look_id"),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index("scan_looks_of_subject", "subject_id", "seen_at", "look_id"),
)

#: Each person's key for scans, wrapped. It goes with an erasure, and what it sealed goes with it.
scan_keys: Final = Table(
    "scan_keys",
    SOURCES,
    Column("person_id", Text, primary_key=True),
    *columns_of(WrappedKey),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
scan_contents: Final = Table(
    "scan_contents",
    SOURCES,
    Column("scan_id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("scan_keys.person_id", ondelete="CASCADE"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("scan_contents_of_person", "person_id"),
)
#: People whose data were erased: nothing is sealed for them again.
scan_erasures: Final = Table("scan_erasures", SOURCES, Column("person_id", Text, primary_key=True))


def erased_rows(person_id: str) -> list[Change]:
    """What an erasure leaves: no key, so no scan, and a word that there shall be none."""
    return [remove(scan_keys, person_id=person_id), put(scan_erasures, person_id=person_id)]


def _seen(recorded: RecordedEvent) -> Iterable[Change]:
    yield put_of(recorded.event, scan_looks, seen_at=recorded.occurred_at)


#: What a thing's scans are is asked of its stream, which is bounded.
ROWS: Final[RowsByEvent] = {ScanSeen: _seen, ScanFiled: no_rows, ScanRemoved: no_rows}
