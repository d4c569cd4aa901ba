"""The tables of persons: how each stands, sealed data, former numbers, deaths, look-ups and erasures."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

TABLES: Final = MetaData()
#: What is no projection but a source of its own, kept apart from the events: replay leaves it alone.
SOURCES: Final = MetaData()

persons = Table(
    "persons",
    TABLES,
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
    TABLES,
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
    TABLES,
    Column("number_token", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("former_numbers_of_person", "person_id"),
)

#: Each version of what is known of a person's death; ``deceased_on`` is empty where it was taken back.
death_versions = Table(
    "death_versions",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("deceased_on", Date),
    Column("change", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

lookups = Table(
    "lookups",
    TABLES,
    Column("lookup_id", Text, primary_key=True),
    Column("person_id", Text),
    Column("number_token", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Index("lookups_of_person", "person_id", "asked_at"),
)

#: Who asked, who confirmed, and which keys must be gone. The tokens are random and mean nothing without their table.
erasures = Table(
    "erasures",
    TABLES,
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

#: Each person's data key, wrapped. Destroying a row makes the person unreadable in all events.
person_keys = Table(
    "person_keys",
    SOURCES,
    Column("person_id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

#: The random token that stands for an ID number in events, found by the number's keyed hash. Without its row here, a
#: token in an event no longer leads to anybody, even for who has the hash key.
number_tokens = Table(
    "number_tokens",
    SOURCES,
    Column("id_number_hash", Text, primary_key=True),
    Column("token", Text, nullable=False),
    UniqueConstraint("token", name="number_tokens_token"),
)
