"""One settlement's whole story across the services, to the fen and the clause."""

from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from kernel.values.refusals import RefusalKind, Refused
from kernel.writing.database import SingleConnection
from onestop.services import SERVICES
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented

_WHERE_SQL: Final = "SELECT encounter_id, person_id FROM settlement.settlements WHERE settlement_id = $1"
_STREAM_SQL: Final = """
SELECT version, type, schema_version, data, occurred_at FROM "{schema}".events WHERE stream_id = $1 ORDER BY version
"""


class Step(msgspec.Struct, frozen=True):
    """One event of the story."""

    service: str
    stream: str
    version: int
    type: str
    occurred_at: datetime
    event: Any


class Story(msgspec.Struct, frozen=True):
    """A settlement, and everything that led to it and followed from it."""

    settlement: SettlementConfirmed
    steps: tuple[Step, ...]
    supplements: tuple[SettlementSupplemented, ...] = ()


async def trace(admin_url: str, settlement_id: str) -> Story:
    """Gather the story; raises Refused SETTLEMENT_UNKNOWN."""
    connection = await asyncpg.connect(admin_url)
    try:
        row = await connection.fetchrow(_WHERE_SQL, settlement_id)
        if row is None:
            raise Refused("SETTLEMENT_UNKNOWN", f"there is no settlement {settlement_id}", kind=RefusalKind.NOT_FOUND)
        steps = [*await _stream(connection, "settlement", f"encounter/{row['encounter_id']}")]
        settled = next(
            step.event
            for step in steps
            if isinstance(step.event, SettlementConfirmed) and step.event.settlement_id == settlement_id
        )
        steps += await _stream(connection, "identity", f"person/{settled.person_id}")
        if settled.referral_id is not None:
            steps += await _stream(connection, "referral", f"referral/{settled.referral_id}")
        steps += await _stream(connection, "settlement", f"payment-refusal/{settlement_id}")
        steps += await _stream(connection, "fund-ledger", f"journal/{settlement_id}")
        supplements = [step.event for step in steps if _supplements(step.event, settlement_id)]
        for review_id in dict.fromkeys(supplement.review_id for supplement in supplements):
            steps += await _stream(connection, "settlement", f"review/{review_id}")
        return Story(settled, tuple(sorted(steps, key=lambda step: step.occurred_at)), tuple(supplements))
    finally:
        await connection.close()


def _supplements(event: Any, settlement_id: str) -> bool:
    return isinstance(event, SettlementSupplemented) and event.settlement_id == settlement_id


async def _stream(connection: SingleConnection, name: str, stream_id: str) -> list[Step]:
    service = SERVICES[name]
    rows = await connection.fetch(_STREAM_SQL.format(schema=service.schema), stream_id)
    return [
        Step(
            name,
            stream_id,
            row["version"],
            row["type"],
            row["occurred_at"],
            service.parts.registry.decode(row["type"], row["schema_version"], row["data"]),
        )
        for row in rows
    ]
