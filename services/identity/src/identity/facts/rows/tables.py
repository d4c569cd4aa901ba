"""The table of facts in two times."""

from sqlalchemy import Column, Date, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.persons.rows.tables import metadata

#: Each version of each fact. What was believed at a moment is the version with the largest revision recorded up to
#: it, unless that one was WITHDRAWN.
fact_versions = Table(
    "fact_versions",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("evidence", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("fact_versions_of_person", "person_id"),
)
