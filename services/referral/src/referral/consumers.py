"""Consumers: an admission that names a referral uses it up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.contracts import settlement
from kernel.database import Connection
from kernel.event_log import Message
from kernel.event_store import EventStore, StreamAppend
from kernel.heard import read
from kernel.runtime import Subscription
from referral.domain.referral import DECIDER, Use


def subscriptions(store: EventStore) -> Sequence[Subscription]:
    """What referral listens to."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            event = read(settlement.REGISTRY, message)
            if isinstance(event, settlement.EncounterAdmitted) and event.referral_id is not None:
                await _use(store, connection, message, event.referral_id, event.encounter_id)

    return (Subscription("referral", settlement.TOPIC, effects),)


async def _use(
    store: EventStore, connection: Connection, message: Message, referral_id: str, encounter_id: str
) -> None:
    stream, past = await store.load(f"referral/{referral_id}", connection)
    events = tuple(DECIDER.decide(Use(encounter_id), DECIDER.fold(past)))
    if not events:
        return
    write = store.prepare(
        [StreamAppend(stream, events)],
        command_id=UUID(message.headers["ce_id"]),
        occurred_at=datetime.fromisoformat(message.headers["ce_time"]),
        meta={"actor": "referral", "causation_id": message.headers["ce_id"]},
    )
    await store.commit_in(connection, [write])
