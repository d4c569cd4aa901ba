"""Refusing payment: after a certification was cancelled, the visits since that rest on it, each once."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, StreamAppend, Write
from settlement.reviews.domain.payment_refusal import DECIDER, CertifiedBill, RefusePayment
from settlement.years.commands import Cause

#: Bills in force whose certification identity has told to be cancelled from the day of the visit or before.
_AFFECTED_SQL: Final = """
SELECT b.settlement_id, b.encounter_id, b.person_id, b.hospital_id, b.county, b.certification_id, b.visited_on,
       b.payers, b.amount_fen, c.cancelled_from
FROM certified_bills b JOIN people p USING (person_id)
CROSS JOIN LATERAL json_to_recordset(COALESCE(p.entitlement -> 'certifications', '[]'))
  AS c(certification_id text, cancelled_from date)
LEFT JOIN revocations r USING (settlement_id) LEFT JOIN payment_refusals f USING (settlement_id)
WHERE b.person_id = ANY($1::text[]) AND c.certification_id = b.certification_id AND b.visited_on >= c.cancelled_from
AND r.settlement_id IS NULL AND f.settlement_id IS NULL
ORDER BY b.settlement_id
"""
# Two consumers look at one person, after identity's messages and after settlements: one after the other.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('settlement-refusal ' || person, 0)) FROM unnest($1::text[]) AS person
"""


class Refusing:
    """Looks at persons and writes inside the transaction of whoever asks; it decides by what stands in the tables."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def look_at(self, connection: Connection, causes: Mapping[str, Cause]) -> None:
        """Refuse what has to be refused of the persons' bills; nothing where that was done before."""
        persons = sorted(causes)
        if not await connection.fetch(_AFFECTED_SQL, persons):
            return
        await connection.execute(_HOLD_SQL, persons)
        rows = await connection.fetch(_AFFECTED_SQL, persons)
        writes = [write for row in rows for write in await self._writes(connection, row, causes[row["person_id"]])]
        if writes:
            await self._store.commit_in(connection, writes)

    async def _writes(self, connection: Connection, row: Any, cause: Cause) -> list[Write]:
        found = dict(row)
        cancelled_from = found.pop("cancelled_from")
        bill = msgspec.convert(found, CertifiedBill)
        stream, past = await self._store.load(f"payment-refusal/{bill.settlement_id}", connection)
        events = tuple(DECIDER.decide(RefusePayment(bill, cancelled_from, cause.at), DECIDER.fold(past)))
        if not events:
            return []
        meta = {"actor": "settlement", "causation_id": cause.message_id, "correlation_id": cause.correlation_id}
        command_id = uuid5(UUID(cause.message_id), f"refusal {bill.settlement_id}")
        append = StreamAppend(stream, events)
        return [self._store.prepare([append], command_id=command_id, occurred_at=cause.at, meta=meta)]
