"""Booking premiums that finance paid for the poor: money goes straight from a county's funds to the insurance."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.identity import PremiumsPaid
from fund_ledger.config import Config
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.commands import BookPremiums
from fund_ledger.journals.domain.journal import DECIDER
from fund_ledger.journals.queries.turn import hold
from kernel.messaging.event_log import Message
from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, StreamAppend

PaidPremiums = tuple[Message, PremiumsPaid]


async def book_premiums(
    store: EventStore, connection: Connection, told: Sequence[PaidPremiums], config: Config
) -> None:
    """Book batches inside the inbox's transaction, one after the other: each finds what the one before left."""
    names = {
        accounts.fund(paid.county, code) for _, paid in told for code in paid.funds if code not in config.paid_elsewhere
    }
    held = await hold(connection, names)
    for message, paid in told:
        journal_id = f"premiums-{paid.batch_id}"
        stream, past = await store.load(f"journal/{journal_id}", connection)
        command = BookPremiums(journal_id, paid.county, paid.funds, paid.total_fen, held, paid.paid_on)
        events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
        if not events:
            continue
        write = store.prepare(
            [StreamAppend(stream, events)],
            command_id=UUID(message.headers["ce_id"]),
            occurred_at=datetime.fromisoformat(message.headers["ce_time"]),
            meta={
                "actor": "fund-ledger",
                "causation_id": message.headers["ce_id"],
                "correlation_id": message.headers.get("ce_correlationid", ""),
            },
        )
        await store.commit_in(connection, [write])
        held = await hold(connection, names)
