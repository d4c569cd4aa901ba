"""A sample service for tests of the kernel: named tallies that things are counted on, and a guarded limit."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

from kernel.messaging.envelope import Published
from kernel.running.runtime import ServiceParts
from kernel.values.contract import Contract
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Pool, administering
from kernel.writing.decision import Outcome
from kernel.writing.event_registry import EventRegistry, EventType
from kernel.writing.event_store import EventStore, RecordedEvent, Stream, StreamAppend
from kernel.writing.event_store.log import read_log
from kernel.writing.event_store.schema import ARCHIVED_SQL, IMMUTABLE_EVENTS_SQL, KERNEL_METADATA, REQUIRE_ROWS_SQL
from kernel.writing.event_store.write import Write
from kernel.writing.read_tables import GUARDED, SUMMED, Change, add, put

NOW: Final = datetime(2019, 8, 1, 9, 0, tzinfo=UTC)


class Counted(msgspec.Struct, frozen=True):
    """Some were counted on a tally."""

    tally: str
    amount: int
    standing: int


class Noted(msgspec.Struct, frozen=True):
    """Something that nobody else needs to know."""

    text: str


metadata = MetaData()
tallies = Table(
    "tallies",
    metadata,
    Column("tally", Text, primary_key=True),
    Column("standing", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    info=GUARDED,
)
totals = Table(
    "totals",
    metadata,
    Column("initial", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    info=SUMMED,
)
REGISTRY: Final = EventRegistry([EventType("Counted", Counted), EventType("Noted", Noted)])


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The inline rows of an event."""
    match recorded.event:
        case Counted(tally, amount, standing):
            yield put(tallies, tally=tally, standing=standing, version=recorded.version)
            yield add(totals, initial=tally[:1], amount=amount)
        case _:
            return


def publish(recorded: RecordedEvent) -> Published | None:
    """Counts are published, notes are not."""
    return Published(recorded.event.tally, recorded.event) if isinstance(recorded.event, Counted) else None


CONTRACT: Final = Contract.of("tally", Counted)
PARTS: Final = ServiceParts(
    name="tally", schema="tally", publishes=CONTRACT, registry=REGISTRY, project=project, publish=publish
)


def context(key: str, body: str = "", scope: str = "test") -> CommandContext:
    """A command's context with a fixed clock."""
    return CommandContext(
        scope=scope,
        key=key,
        request_hash=body.encode(),
        actor="tester",
        now=NOW,
        correlation_id=f"correlation-{key}",
    )


async def count(store: EventStore, tally: str, amount: int, limit: int = 1_000_000) -> Outcome:
    """Count on a tally as far as the limit allows."""
    stream, events = await store.load(tally)
    standing = events[-1].standing if events else 0
    counted = max(0, min(amount, limit - standing))
    event = Counted(tally, counted, standing + counted)
    return Outcome((StreamAppend(stream, (event,)),), {"counted": counted}, contended=tally)


async def note(_store: EventStore, text: str) -> Outcome:
    """Write a note into a stream of its own."""
    return Outcome((StreamAppend(Stream(f"note-{text}"), (Noted(text),)),), {})


def noted(store: EventStore, stream: Stream, text: str) -> Write:
    """A note in a stream, ready to be committed."""
    command_id = context(text).command_id
    return store.prepare([StreamAppend(stream, (Noted(text),))], command_id=command_id, occurred_at=NOW, meta={})


async def texts(pool: Pool) -> list[str]:
    """All notes that have a number, in its order."""
    return [entry.recorded.event.text for entry in await read_log(pool, REGISTRY, after=0, limit=5000)]


async def create_schema(database_url: str, schema: str = "tally") -> None:
    """Create the sample's tables without Alembic."""
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - only this needs it
    from sqlalchemy.schema import CreateIndex, CreateTable  # noqa: PLC0415

    async with administering(database_url) as connection:
        await connection.execute(f"CREATE SCHEMA {schema}; SET search_path TO {schema}")
        for table in (*KERNEL_METADATA.sorted_tables, *metadata.sorted_tables):
            items: Sequence[Any] = (CreateTable(table), *(CreateIndex(index) for index in table.indexes))
            for item in items:
                await connection.execute(str(item.compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]
        await connection.execute(IMMUTABLE_EVENTS_SQL)
        for statement in (REQUIRE_ROWS_SQL, *ARCHIVED_SQL):
            await connection.execute(statement)
