"""Read tables of what surrounds enrolment: exemptions, premiums and the batches in which finance pays them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from identity.persons.rows.tables import metadata
from kernel.writing.read_tables import GUARDED

exemptions: Final = Table(
    "exemptions",
    metadata,
    Column("exemption_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("evidence", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("note", Text),
    Index("exemptions_of_person", "person_id"),
)

#: The version guards a premium against two batches that ask for it at the same moment.
premiums: Final = Table(
    "premiums",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("category", Text),
    Column("funds", ARRAY(Text), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("batch_id", Text),
    Column("applied_on", Date),
    Column("paid_on", Date),
    Column("self_paid_fen", BigInteger, nullable=False),
    Column("self_paid_on", Date),
    Column("refunded_fen", BigInteger, nullable=False),
    Column("refunded_on", Date),
    Index("premiums_of_batch", "batch_id"),
    Index("premiums_of_area", "area", "year", "person_id"),
    info=GUARDED,
)

premium_batches: Final = Table(
    "premium_batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("county", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("funds", ARRAY(Text), nullable=False),
    Column("persons", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("applied_by", Text, nullable=False),
    Index("premium_batches_of_county", "county", "year", "batch_id"),
)

#: How a batch ended; a batch without a row here waits for finance.
premium_batch_ends: Final = Table(
    "premium_batch_ends",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("ended_on", Date, nullable=False),
    Column("reference", Text, nullable=False),
)
