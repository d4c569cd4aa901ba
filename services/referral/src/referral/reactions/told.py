"""Consumers: who the applicants are, as identity tells; and an admission that names a referral uses it up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from contracts import identity, settlement
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.running.runtime import Subscription
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, StreamAppend
from referral.referrals.domain.referral import DECIDER, Use
from referral.referrals.rows.projection import ENTITLEMENT_ROWS, SETTLEMENT_ROWS

HEARD: Final = (
    Heard("referral", identity.CONTRACT, ENTITLEMENT_ROWS),
    Heard("referral-settled", settlement.CONTRACT, SETTLEMENT_ROWS),
)

_ONE_PERSON_SQL: Final = """
SELECT count(DISTINCT COALESCE(a.merged_into, record)) = 1 FROM unnest($1::text[]) AS record
LEFT JOIN applicants a ON a.person_id = record
"""
#: What tells that a stay rests on a referral: at its beginning, or later.
_BEGUN: Final = (settlement.EncounterAdmitted, settlement.EncounterReferred)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What referral listens to besides: settlement, whose admissions make events of its own."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            event = read(settlement.CONTRACT, message)
            if isinstance(event, _BEGUN) and event.referral_id is not None:
                use = Use(event.encounter_id, event.person_id, event.hospital_id, event.admitted_on)
                await _use(path.store, connection, message, event.referral_id, use)

    return (Subscription(consumer="referral", topic=settlement.TOPIC, effects=effects),)


async def _of_one_person(connection: Connection, use: Use, person_id: str) -> bool:
    """Whether the stay is the referred person's, also where one of two records was merged into the other."""
    return bool(await connection.fetchval(_ONE_PERSON_SQL, [use.person_id, person_id]))


async def _use(store: EventStore, connection: Connection, message: Message, referral_id: str, use: Use) -> None:
    # A referral that nobody filed here has no stream: then nothing happens, and settlement withholds the benefits.
    stream, past = await store.load(f"referral/{referral_id}", connection)
    standing = DECIDER.fold(past)
    if standing is not None and await _of_one_person(connection, use, standing.form.person_id):
        use = msgspec.structs.replace(use, person_id=standing.form.person_id)
    events = tuple(DECIDER.decide(use, standing))
    if not events:
        return
    write = store.prepare(
        [StreamAppend(stream, events)],
        command_id=UUID(message.headers["ce_id"]),
        occurred_at=datetime.fromisoformat(message.headers["ce_time"]),
        meta={
            "actor": "settlement",
            "causation_id": message.headers["ce_id"],
            "correlation_id": message.headers.get("ce_correlationid", ""),
        },
    )
    await store.commit_in(connection, [write])
