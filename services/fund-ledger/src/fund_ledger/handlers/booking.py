"""Booking what settlement tells: many messages, one look at the balances, one write."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fund_ledger.domain import accounts
from fund_ledger.domain.journal import DECIDER, BookSettlement, JournalEvent, ReverseSettlement, State
from kernel.china_time import china_date
from kernel.contracts.settlement import SettlementConfirmed, SettlementRevoked
from kernel.database import Connection
from kernel.event_log import Message
from kernel.event_store import EventStore, Stream, StreamAppend, Write

# The rows are locked in the order of their names, so that two bookings never wait for each other in a circle.
_AVAILABLE_SQL: Final = """
SELECT account, credit_fen - debit_fen AS available_fen FROM balances
WHERE account = ANY($1::text[]) ORDER BY account FOR UPDATE
"""
_STREAMS_SQL: Final = """
SELECT stream_id, version, type, schema_version, data, chain FROM events
WHERE stream_id = ANY($1::text[]) ORDER BY stream_id, version
"""


async def book(store: EventStore, connection: Connection, told: Sequence[tuple[Message, Any]]) -> None:
    """Book a batch inside the inbox's transaction. Decisions are made in memory, in the order of the messages."""
    batch = [(message, event) for message, event in told if isinstance(event, SettlementConfirmed | SettlementRevoked)]
    if not batch:
        return
    available = await _available(connection, [event for _, event in batch])
    streams = await _streams(store, connection, {f"journal/{event.settlement_id}" for _, event in batch})
    writes: list[Write] = []
    for message, event in batch:
        stream_id = f"journal/{event.settlement_id}"
        stream, state = streams[stream_id]
        events = _decide(event, state, available)
        write = _write(store, message, stream, events)
        if write.events:
            last = write.events[-1]
            streams[stream_id] = (Stream(stream_id, last.version, last.chain), DECIDER.fold(events, state))
            writes.append(write)
            _move(available, events)
    if writes:
        await store.commit_in(connection, writes)


def _decide(
    event: SettlementConfirmed | SettlementRevoked, state: State, available: dict[str, int]
) -> Sequence[JournalEvent]:
    if isinstance(event, SettlementConfirmed):
        return DECIDER.decide(BookSettlement(event, available, china_date(event.settled_at)), state)
    return DECIDER.decide(ReverseSettlement(event, china_date(event.revoked_at)), state)


def _write(store: EventStore, message: Message, stream: Stream, events: Sequence[JournalEvent]) -> Write:
    return store.prepare(
        [StreamAppend(stream, tuple(events))],
        # The message's id stands for the command: booking it twice would make the same event ids.
        command_id=UUID(message.headers["ce_id"]),
        occurred_at=datetime.fromisoformat(message.headers["ce_time"]),
        meta={
            "actor": "fund-ledger",
            "causation_id": message.headers["ce_id"],
            "correlation_id": message.headers.get("ce_correlationid", ""),
        },
    )


def _move(available: dict[str, int], events: Iterable[JournalEvent]) -> None:
    for event in events:
        for posting in getattr(event, "postings", ()):
            if posting.account in available:
                available[posting.account] -= posting.amount_fen


async def _available(
    connection: Connection, events: Iterable[SettlementConfirmed | SettlementRevoked]
) -> dict[str, int]:
    names = {
        accounts.fund(event.county, code)
        for event in events
        if isinstance(event, SettlementConfirmed)
        for layer in event.layers
        if len(layer.funding) > 1 or layer.payer not in ("BMI", "CII")
        for code in layer.funding or (layer.payer,)
    }
    rows = await connection.fetch(_AVAILABLE_SQL, sorted(names))
    return dict.fromkeys(names, 0) | {row["account"]: row["available_fen"] for row in rows}


async def _streams(store: EventStore, connection: Connection, stream_ids: set[str]) -> dict[str, tuple[Stream, State]]:
    found: dict[str, tuple[Stream, State]] = {i: (Stream(i), DECIDER.initial) for i in stream_ids}
    for row in await connection.fetch(_STREAMS_SQL, sorted(stream_ids)):
        event = store.registry.decode(row["type"], row["schema_version"], row["data"])
        _, state = found[row["stream_id"]]
        stream = Stream(row["stream_id"], row["version"], row["chain"])
        found[row["stream_id"]] = (stream, DECIDER.evolve(state, event))
    return found
