"""The tables of payment lists: what was received, how it ended, and what its rows say of whom."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from identity.comparison.rows.tables import TABLES

#: Working tables: replay does not rebuild them.
WORKING: Final = MetaData()

payment_lists: Final = Table(
    "payment_lists",
    TABLES,
    Column("list_id", Text, primary_key=True),
    Column("area", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file_name", Text),
    Index("payment_lists_of_month", "month", "area"),
)

#: How a list ended: APPLIED with its outcomes, or REFUSED with its problem.
payment_list_ends: Final = Table(
    "payment_list_ends",
    TABLES,
    Column("list_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("problem", JSONB),
    Column("outcomes", JSONB),
)

#: The groups in which a list was looked at: the last row of the last one is where a killed worker goes on.
payment_groups: Final = Table(
    "payment_groups",
    TABLES,
    Column("list_id", Text, primary_key=True),
    Column("first_row", Integer, primary_key=True, autoincrement=False),
    Column("last_row", Integer, nullable=False),
    Column("unmarked", Integer, nullable=False),
)

#: What each row says that is of interest here. Persons by their id, unknown ones by nothing but their row.
payments: Final = Table(
    "payments",
    TABLES,
    Column("list_id", Text, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Text, nullable=False),
    Column("person_id", Text),
    Column("area", Text),
    Column("place", Text),
    Column("year", SmallInteger),
    Column("paid_on", Date),
    Column("amount_fen", BigInteger),
    Column("name", Text),
    Column("marked", Boolean, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Index("payments_by_outcome", "list_id", "outcome", "row"),
)

#: The good rows of a list while doubles are looked for; hashes instead of people. Unlogged: a crash only means reading
#: again.
payment_staging: Final = Table(
    "payment_staging",
    WORKING,
    Column("list_id", Text, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number_hash", Text, nullable=False),
    Column("name_hash", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    prefixes=["UNLOGGED"],
)
