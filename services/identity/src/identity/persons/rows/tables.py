"""The tables that identity answers questions from."""

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.writing.event_store.schema import add_kernel_tables

metadata = MetaData()
add_kernel_tables(metadata)

persons = Table(
    "persons",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("county", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("deceased_on", Date),
    Column("merged_into", Text),
    Column("annulled", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Index("persons_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

#: Ciphertext, and the token that stands for the ID number; nothing here can be read without the person's key.
personal_data = Table(
    "personal_data",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("number_token", Text, nullable=False),
    Column("id_number", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("phone", LargeBinary),
    Column("address", LargeBinary),
    Column("card_number", LargeBinary),
    Column("registered_by", Text, nullable=False),
    UniqueConstraint("number_token", name="personal_data_number_token"),
)

#: ID numbers by which a person was known before; the number's present holder, if there is another, comes first.
former_numbers = Table(
    "former_numbers",
    metadata,
    Column("number_token", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("former_numbers_of_person", "person_id"),
)

#: Each version of what is known of a person's death; ``deceased_on`` is empty where it was taken back.
death_versions = Table(
    "death_versions",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("deceased_on", Date),
    Column("change", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

#: One row a membership, as it stands. The first migration adds what SQLAlchemy has no word for: the exclusion
#: constraint ``memberships_no_overlap`` over person, department, category and days.
memberships = Table(
    "memberships",
    metadata,
    Column("membership_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("group", Text),
    Column("poverty_status", Text),
    Column("exit_date", Date),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("evidence", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="memberships_dates_in_order"),
    Index("memberships_of_person", "person_id"),
    Index("memberships_of_department", "department", "membership_id"),
)

#: Each version of each membership: together with ``memberships.valid_*`` the second of the two times. What was
#: believed at a moment is the version with the largest revision recorded up to it, unless that one was GIVEN_UP.
membership_versions = Table(
    "membership_versions",
    metadata,
    Column("membership_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("group", Text),
    Column("poverty_status", Text),
    Column("exit_date", Date),
    Column("evidence", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("membership_versions_of_person", "person_id"),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("registered_on", Date),
    Column("marked_on", Date),
    Index("enrolments_of_area", "area", "year"),
)

lookups = Table(
    "lookups",
    metadata,
    Column("lookup_id", Text, primary_key=True),
    Column("person_id", Text),
    Column("number_token", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Index("lookups_of_person", "person_id", "asked_at"),
)

#: Each person's data key, wrapped. Not a projection: it is a source of its own, kept apart from the events so that
#: destroying a row makes the person unreadable in all of them. Replay leaves it alone.
person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

#: The random token that stands for an ID number in events, found by the number's keyed hash. A source of its own like
#: the keys: without its row here, a token in an event no longer leads to anybody, even for who has the hash key.
number_tokens = Table(
    "number_tokens",
    metadata,
    Column("id_number_hash", Text, primary_key=True),
    Column("token", Text, nullable=False),
    UniqueConstraint("token", name="number_tokens_token"),
)

#: Tables of persons that are not made from events.
PERSON_SOURCES: Final = frozenset({"person_keys", "number_tokens"})
