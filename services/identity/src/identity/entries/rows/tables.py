"""The tables of entries: the work list, and how long the steps took."""

from sqlalchemy import ARRAY, Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.persons.rows.tables import metadata

entries = Table(
    "entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("proposal", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text),
    Column("revision", Integer, nullable=False),
    Index("entries_in_state", "state", "submitted_at", "entry_id"),
)

#: One row for each measured step, in the month in which it ended.
entry_delays = Table(
    "entry_delays",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("county", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("hours", Integer, nullable=False),
    Index("entry_delays_of_county", "county", "month", "step"),
)
