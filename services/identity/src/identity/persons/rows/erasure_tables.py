"""The table of erasures."""

from sqlalchemy import ARRAY, Column, DateTime, Integer, Table, Text

from identity.persons.rows.tables import metadata

#: Who asked, who confirmed, and which keys must be gone. The tokens are random and mean nothing without their table.
erasures = Table(
    "erasures",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("records", ARRAY(Text), nullable=False),
    Column("number_tokens", ARRAY(Text), nullable=False),
)
