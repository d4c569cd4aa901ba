"""Read tables of chronic certification: who may certify, what was certified, and what was filed."""

from typing import Final

from sqlalchemy import Column, Date, DateTime, Index, SmallInteger, Table, Text

from identity.persons.rows.tables import metadata

certifiers: Final = Table(
    "certifiers",
    metadata,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("grade", SmallInteger, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

certifications: Final = Table(
    "certifications",
    metadata,
    Column("certification_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("disease", Text, nullable=False),
    Column("certified_at", DateTime(timezone=True), nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("cancelled_from", Date),
    Column("reason", Text),
    Index("certifications_of_person", "person_id"),
    Index("certifications_of_hospital", "hospital_id", "effective_from"),
)

#: One row a certification that its hospital reported; who has none is certified and not filed.
certification_filings: Final = Table(
    "certification_filings",
    metadata,
    Column("certification_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("sealed_on", Date, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_by", Text, nullable=False),
    Index("certification_filings_of_month", "hospital_id", "month"),
)
