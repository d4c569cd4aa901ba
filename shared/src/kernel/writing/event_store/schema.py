"""The tables that every service has: events, their order, idempotent answers, and the relay's and inbox's positions."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSON

#: Protects the event table from everything but INSERT and SELECT, whoever asks.
IMMUTABLE_EVENTS_SQL: Final = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are never changed or removed; append a correcting event' USING ERRCODE = 'OS002';
END $$;
CREATE TRIGGER events_are_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

#: Raises OS001 unless every guarded row that was offered was also written: someone else moved it meanwhile.
REQUIRE_ROWS_SQL: Final = """
CREATE FUNCTION require_rows(table_name text, written bigint, offered bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF written <> offered THEN
    RAISE EXCEPTION 'a guarded row of % moved meanwhile', table_name USING ERRCODE = 'OS001';
  END IF;
END $$;
"""


def add_kernel_tables(metadata: MetaData) -> None:
    """Define the kernel's tables in a service's metadata."""
    _add_event_tables(metadata)
    _add_order_tables(metadata)
    _add_answer_table(metadata)
    _add_relay_table(metadata)
    _add_inbox_tables(metadata)


def _add_event_tables(metadata: MetaData) -> None:
    Table(
        "events",
        metadata,
        Column("pos", BigInteger, Identity(always=True, cache=1), primary_key=True),
        Column("order_tx", BigInteger, nullable=False),
        Column("stream_id", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("type", Text, nullable=False),
        Column("schema_version", SmallInteger, nullable=False),
        Column("data", JSON, nullable=False),
        Column("meta", JSON, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("chain", LargeBinary, nullable=False),
        UniqueConstraint("stream_id", "version", name="events_stream_version"),
        Index("events_order", "order_tx", "pos"),
    )


def _add_order_tables(metadata: MetaData) -> None:
    Table(
        "event_log",
        metadata,
        Column("gseq", BigInteger, primary_key=True, autoincrement=False),
        Column("pos", BigInteger, nullable=False, unique=True),
        Column("logged_at", DateTime(timezone=True), nullable=False),
    )
    Table(
        "sequencer",
        metadata,
        Column("one", SmallInteger, primary_key=True, autoincrement=False),
        Column("order_tx", BigInteger, nullable=False),
        Column("pos", BigInteger, nullable=False),
        Column("gseq", BigInteger, nullable=False),
        Column("logged_at", DateTime(timezone=True), nullable=False),
    )


def _add_answer_table(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("response", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    )


def _add_relay_table(metadata: MetaData) -> None:
    Table(
        "relay",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("gseq", BigInteger, nullable=False),
        Column("pseqs", JSON, nullable=False),
        Column("epoch", Integer, nullable=False),
    )


def _add_inbox_tables(metadata: MetaData) -> None:
    Table(
        "inbox_cursor",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", SmallInteger, primary_key=True),
        Column("next_offset", BigInteger, nullable=False),
        Column("last_pseq", BigInteger, nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    )
    Table(
        "inbox_parked",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", SmallInteger, primary_key=True),
        Column("pseq", BigInteger, primary_key=True),
        Column("key", Text, nullable=False),
        Column("message", LargeBinary, nullable=False),
        Column("error_code", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Index("inbox_parked_key", "consumer", "topic", "key"),
    )


#: Kernel tables whose rows replay does not rebuild: they are the source, or positions in it.
KERNEL_TABLES: Final = frozenset(
    {"events", "event_log", "sequencer", "idempotency", "relay", "inbox_cursor", "inbox_parked"}
)
