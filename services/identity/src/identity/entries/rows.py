"""The tables of entries, the work list and how long the steps took, and the rows that events leave in them."""

from collections.abc import Iterable
from typing import Final, get_args

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.entries.domain.delays import delays_of
from identity.entries.domain.entry import Entry, Event
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

entries = Table(
    "entries",
    TABLES,
    *columns_of(Entry, "entry_id", leaving=("told_by", "upon"), proposal=JSONB),
    Index("entries_in_state", "state", "submitted_at", "entry_id"),
)

#: One row for each measured step, in the month in which it ended.
entry_delays = Table(
    "entry_delays",
    TABLES,
    Column("entry_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("county", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("hours", Integer, nullable=False),
    Index("entry_delays_of_county", "county", "month", "step"),
)


def _stepped(recorded: RecordedEvent) -> Iterable[Change]:
    """The entry as it stands now, and the delay of the step that it just took."""
    entry: Entry = recorded.event.entry
    yield put_of(entry, entries)
    for delay in delays_of(entry):
        yield put_of(entry, entry_delays, step=delay.step, month=delay.month, hours=delay.hours)


ROWS: Final[RowsByEvent] = dict.fromkeys(get_args(Event), _stepped)
