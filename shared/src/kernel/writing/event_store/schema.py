"""The tables that every service has: events, their order, idempotent answers, and the relay's and inbox's positions."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
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
    func,
)
from sqlalchemy.dialects.postgresql import JSON

from kernel.writing.columns import columns_of
from kernel.writing.event_store.stream import NewEvent
from kernel.writing.event_store.write import Answer

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

#: How the names of archives begin; the rest is the day before which their streams ended.
ARCHIVE_PREFIX: Final = "events_before_"
#: Refuses, as OS003, what needs events that are not at hand because their archive was detached; and, as a key that was
#: used before, what would store an event of an attached archive again. STABLE: neither sees what its statement writes.
ARCHIVED_SQL: Final = (
    """
CREATE OR REPLACE FUNCTION at_hand(stream text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE away text;
BEGIN
  SELECT s.archive INTO away FROM archived_streams s JOIN archives a ON a.name = s.archive
  WHERE s.stream_id = stream AND a.detached_at IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the events of % lie in archive % of schema %, which is detached; operations can bring it back',
      stream, away, current_schema() USING ERRCODE = 'OS003';
  END IF;
  RETURN true;
END $$
""",
    """
CREATE OR REPLACE FUNCTION may_append(streams text[], ids uuid[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM at_hand(s.stream_id) FROM archived_streams s WHERE s.stream_id = ANY(streams);
  IF EXISTS (SELECT FROM archived_streams s JOIN events e ON e.stream_id = s.stream_id
             WHERE s.stream_id = ANY(streams) AND e.event_id = ANY(ids)) THEN
    RAISE EXCEPTION 'an archived event has the same id'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'events_event_id_key';
  END IF;
  RETURN true;
END $$
""",
)

#: Stored answers in parts by the month; what is there becomes the part for what is left over.
ANSWERS_IN_PARTS_SQL: Final = (
    "ALTER TABLE idempotency RENAME TO idempotency_default",
    "CREATE TABLE idempotency (LIKE idempotency_default INCLUDING DEFAULTS) PARTITION BY RANGE (created_at)",
    "ALTER TABLE idempotency ATTACH PARTITION idempotency_default DEFAULT",
)


def _now(name: str) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


#: The kernel's tables, which every service has; replay does not rebuild them: they are the source, or positions in it.
KERNEL_METADATA: Final = MetaData()
Table(
    "events",
    KERNEL_METADATA,
    Column("pos", BigInteger, Identity(always=True, cache=1), primary_key=True),
    Column("order_tx", BigInteger, nullable=False),
    *columns_of(NewEvent, schema_version=SmallInteger, data=JSON, meta=JSON),
    _now("recorded_at"),
    UniqueConstraint("event_id", name="events_event_id_key"),
    UniqueConstraint("stream_id", "version", name="events_stream_version"),
    Index("events_order", "order_tx", "pos"),
)
Table(
    "event_log",
    KERNEL_METADATA,
    Column("gseq", BigInteger, primary_key=True, autoincrement=False),
    Column("pos", BigInteger, nullable=False, unique=True),
    Column("logged_at", DateTime(timezone=True), nullable=False),
    # The entry's hash in the log's tree; entries numbered before there was one have none.
    Column("leaf", LargeBinary),
)
#: Where streams that ended long ago were put: tables of their own, which inherit from ``events`` while attached.
Table(
    "archives",
    KERNEL_METADATA,
    Column("name", Text, primary_key=True),
    Column("before", Date, nullable=False),
    Column("streams", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    _now("begun_at"),
    Column("detached_at", DateTime(timezone=True)),
)
Table(
    "archived_streams",
    KERNEL_METADATA,
    Column("stream_id", Text, primary_key=True),
    Column("archive", Text, primary_key=True),
)
Table(
    "archived_entries",
    KERNEL_METADATA,
    Column("pos", BigInteger, primary_key=True, autoincrement=False),
    Column("archive", Text, nullable=False),
)
Table(
    "sequencer",
    KERNEL_METADATA,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("order_tx", BigInteger, nullable=False),
    Column("pos", BigInteger, nullable=False),
    Column("gseq", BigInteger, nullable=False),
    Column("logged_at", DateTime(timezone=True), nullable=False),
)
Table(
    "timeline",
    KERNEL_METADATA,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("cluster", Text, nullable=False),
    _now("begun_at"),
)
Table(
    "idempotency",
    KERNEL_METADATA,
    *columns_of(Answer, "scope", "key", status=SmallInteger),
    _now("created_at"),
)
Table(
    "relay",
    KERNEL_METADATA,
    Column("topic", Text, primary_key=True),
    Column("gseq", BigInteger, nullable=False),
    Column("pseqs", JSON, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("heads", JSON),
    Column("unchained", JSON),
)
#: Which timeline of each publisher this service's consumers follow, and how far those count that a restore ended.
Table(
    "followed",
    KERNEL_METADATA,
    Column("topic", Text, primary_key=True),
    Column("timeline", Text, nullable=False),
    Column("ended", JSON, nullable=False),
)
#: Messages of this service that a restore found on the topic and not in the store, until somebody has seen to each.
Table(
    "lost_messages",
    KERNEL_METADATA,
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("pseq", BigInteger, primary_key=True),
    Column("timeline", Text, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    _now("found_at"),
    Column("closed_by", Text),
    Column("closed_because", Text),
    Column("closed_at", DateTime(timezone=True)),
)
Table(
    "leadership",
    KERNEL_METADATA,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("term", BigInteger, nullable=False),
    Column("backend", Integer, nullable=False),
    Column("renewed_at", DateTime(timezone=True), nullable=False),
)
Table(
    "inbox_cursor",
    KERNEL_METADATA,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("last_pseq", BigInteger, nullable=False),
    Column("head", Text),
    Column("generation", BigInteger, nullable=False, server_default="0"),
    _now("updated_at"),
)
Table(
    "inbox_parked",
    KERNEL_METADATA,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("pseq", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("error_code", Text, nullable=False),
    Column("error", Text, nullable=False),
    _now("parked_at"),
    Index("inbox_parked_key", "consumer", "topic", "key"),
)
