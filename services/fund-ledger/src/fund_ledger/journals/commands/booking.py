"""Booking what settlement tells: many messages, one look at the books, one write."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from contracts.settlement import PaymentRefused, SettlementConfirmed, SettlementRevoked, SettlementSupplemented
from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.bill import PayerPart, SettledBill, SupplementedBill
from fund_ledger.journals.domain.commands import (
    BookSettlement,
    BookSupplement,
    JournalCommand,
    RefusePayment,
    ReverseSettlement,
)
from fund_ledger.journals.domain.events import JournalEvent
from fund_ledger.journals.domain.journal import DECIDER, Booked, JournalState, after
from fund_ledger.journals.domain.refused_payment import RefusedBill
from fund_ledger.journals.queries.turn import hold
from kernel.messaging.event_log import Message
from kernel.values.china_time import china_date
from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, Stream, StreamAppend, Write

_STREAMS_SQL: Final = """
SELECT stream_id, version, type, schema_version, data, chain FROM events
WHERE stream_id = ANY($1::text[]) ORDER BY stream_id, version
"""

Happened = SettlementConfirmed | SettlementSupplemented | SettlementRevoked | PaymentRefused
Told = tuple[Message, Happened]
_Streams = dict[str, tuple[Stream, JournalState]]


async def book(store: EventStore, connection: Connection, told: Sequence[Told], config: Config) -> None:
    """Book a batch inside the inbox's transaction; decisions are made in memory, in the order of the messages.

    Raises Refused where a message names something that cannot be booked; then nothing of the batch is written.
    """
    streams = await _load(store, connection, {_stream_id(event) for _, event in told})
    available = await hold(connection, _funds_kept_here(told, streams, config))
    writes: list[Write] = []
    for message, event in told:
        stream, state = streams[_stream_id(event)]
        events = DECIDER.decide(_command(event, available), state)
        if not events:
            continue
        write = _write(store, message, stream, events)
        last = write.events[-1]
        streams[stream.stream_id] = (Stream(stream.stream_id, last.version, last.chain), DECIDER.fold(events, state))
        available = after(available, events)
        writes.append(write)
    if writes:
        await store.commit_in(connection, writes)


def bill_of(event: SettlementConfirmed) -> SettledBill:
    """What of a published settlement is the ledger's business."""
    parts = tuple(PayerPart(layer.payer, layer.amount_fen, layer.funding, layer.payout_fen) for layer in event.layers)
    return SettledBill(event.settlement_id, event.county, event.hospital_id, event.person_id, parts)


def supplement_of(event: SettlementSupplemented) -> SupplementedBill:
    """What of a published supplement is the ledger's business."""
    parts = tuple(PayerPart(layer.payer, layer.amount_fen, layer.funding, layer.payout_fen) for layer in event.layers)
    return SupplementedBill(
        event.supplement_id,
        event.settlement_id,
        event.county,
        event.hospital_id,
        event.person_id,
        event.patient_fen,
        parts,
    )


def refused_of(event: PaymentRefused) -> RefusedBill:
    """What of a refused payment is the ledger's business."""
    return RefusedBill(event.settlement_id, event.county, event.hospital_id, event.payers)


def _stream_id(event: Happened) -> str:
    return f"journal/{event.settlement_id}"


def _command(event: Happened, available_fen: dict[str, int]) -> JournalCommand:
    match event:
        case SettlementConfirmed():
            return BookSettlement(bill_of(event), available_fen, china_date(event.settled_at))
        case SettlementSupplemented():
            return BookSupplement(supplement_of(event), available_fen, china_date(event.supplemented_at))
        case PaymentRefused():
            return RefusePayment(refused_of(event), available_fen, china_date(event.refused_at))
        case SettlementRevoked():
            return ReverseSettlement(event.reason, available_fen, china_date(event.revoked_at))
        case _:
            assert_never(event)


def _write(store: EventStore, message: Message, stream: Stream, events: Sequence[JournalEvent]) -> Write:
    return store.prepare(
        [StreamAppend(stream, tuple(events))],
        # The message stands for the command: booking it twice would make the same event ids.
        command_id=UUID(message.headers["ce_id"]),
        occurred_at=datetime.fromisoformat(message.headers["ce_time"]),
        meta={
            "actor": "fund-ledger",
            "causation_id": message.headers["ce_id"],
            "correlation_id": message.headers.get("ce_correlationid", ""),
        },
    )


def _funds_kept_here(told: Iterable[Told], streams: _Streams, config: Config) -> set[str]:
    """The fund accounts that the batch may move and whose standing matters: for a split, or for an alarm."""
    elsewhere = config.paid_elsewhere | accounts.BORNE_BY_HOSPITAL
    names: set[str] = set()
    for _, event in told:
        if isinstance(event, SettlementConfirmed | SettlementSupplemented):
            bill = bill_of(event) if isinstance(event, SettlementConfirmed) else supplement_of(event)
            codes = {code for part in bill.parts for code in part.cascade}
            names |= {accounts.fund(event.county, code) for code in codes - elsewhere}
    for _, state in streams.values():
        journals = state.journals if isinstance(state, Booked) else ()
        for posting in (posting for journal in journals for posting in journal.postings):
            account = accounts.parse(posting.account)
            if account.kind == accounts.FUND and account.fund not in elsewhere:
                names.add(posting.account)
    return names


async def _load(store: EventStore, connection: Connection, stream_ids: set[str]) -> _Streams:
    found: _Streams = {stream_id: (Stream(stream_id), DECIDER.initial) for stream_id in stream_ids}
    for row in await connection.fetch(_STREAMS_SQL, sorted(stream_ids)):
        event = store.registry.decode(row["type"], row["schema_version"], row["data"])
        _, state = found[row["stream_id"]]
        stream = Stream(row["stream_id"], row["version"], row["chain"])
        found[row["stream_id"]] = (stream, DECIDER.evolve(state, event))
    return found
