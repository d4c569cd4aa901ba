"""The tables of persons: how each stands, sealed data, former numbers, deaths, look-ups and erasures."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
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
    func,
    text,
)

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.erasure import Erasure
from identity.persons.domain.lookup import LookupMade
from identity.persons.domain.person import SealedPersonalData
from identity.persons.domain.seeing import DataSeen
from kernel.security import WrappedKey
from kernel.writing.columns import columns_of

TABLES: Final = MetaData()
#: What is no projection but a source of its own, kept apart from the events: replay leaves it alone.
SOURCES: Final = MetaData()


def _made_at() -> Column[datetime]:
    """When a row was made; rows from before this was written down have none."""
    return Column("created_at", DateTime(timezone=True), server_default=func.clock_timestamp())


persons = Table(
    "persons",
    TABLES,
    *columns_of(Entitlement, "person_id", leaving=("memberships", "enrolments", "certifications", "born_in")),
    Index("persons_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

_CIPHERTEXTS: Final[dict[str, Any]] = dict.fromkeys(SealedPersonalData.__struct_fields__, LargeBinary)
#: Ciphertext, and the token that stands for the ID number; nothing here can be read without the person's key.
personal_data = Table(
    "personal_data",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("number_token", Text, nullable=False),
    *columns_of(SealedPersonalData, **_CIPHERTEXTS),
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

#: Who was taken from a county by another one's list; the county that they are of now is told who they were.
person_moves = Table(
    "person_moves",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("formerly", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("moved_at", DateTime(timezone=True), nullable=False),
    Index("person_moves_from", "formerly", "moved_at"),
)

lookups = Table(
    "lookups",
    TABLES,
    *columns_of(LookupMade, "lookup_id"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Index("lookups_of_person", "person_id", "asked_at"),
)

#: Who saw personal data in the clear, at what and for what.
data_looks = Table(
    "data_looks",
    TABLES,
    *columns_of(DataSeen, "look_id"),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index("data_looks_of_persons", "person_ids", postgresql_using="gin"),
    Index("data_looks_of_batch", "batch_id", "seen_at", postgresql_where=text("batch_id IS NOT NULL")),
)

#: Who asked, who confirmed, and which keys must be gone. The tokens are random and mean nothing without their table.
erasures = Table("erasures", TABLES, *columns_of(Erasure, "person_id"))

#: Each person's data key, wrapped. Destroying a row makes the person unreadable in all events.
person_keys = Table(
    "person_keys",
    SOURCES,
    Column("person_id", Text, primary_key=True),
    *columns_of(WrappedKey),
    _made_at(),
)

#: The keyed hash of each person's name without its way of writing, so that a list of a million names is compared
#: without opening as many. ``of`` is the beginning of the sealed name that it was made of: another one makes it stale.
name_hashes = Table(
    "name_hashes",
    SOURCES,
    Column("person_id", Text, primary_key=True),
    Column("of", LargeBinary, nullable=False),
    Column("name_hash", Text, nullable=False),
)

#: The random token that stands for an ID number in events, found by the number's keyed hash. Without its row here, a
#: token in an event no longer leads to anybody, even for who has the hash key.
number_tokens = Table(
    "number_tokens",
    SOURCES,
    Column("id_number_hash", Text, primary_key=True),
    Column("token", Text, nullable=False),
    UniqueConstraint("token", name="number_tokens_token"),
    _made_at(),
)
