"""The table of handbooks: whom each one names, by the token of its number."""

from sqlalchemy import Boolean, Column, Date, Index, Table, Text

from identity.persons.rows.tables import metadata

handbooks = Table(
    "handbooks",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("withdrawn", Boolean, nullable=False),
    Index("handbooks_token", "token"),
)
