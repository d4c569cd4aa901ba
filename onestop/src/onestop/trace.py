"""One settlement's whole story across the services, to the fen and the clause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from kernel.values.refusals import RefusalKind, Refused
from kernel.writing.event_store.log import read_stream
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented

EventT = TypeVar("EventT", SettlementConfirmed, SettlementSupplemented)
_ACTORS_SQL: Final = "SELECT version, COALESCE(meta->>'actor', '') AS actor FROM events WHERE stream_id = $1"
_ENCOUNTER_SQL: Final = "SELECT encounter_id FROM settlements WHERE settlement_id = $1"


class Step(msgspec.Struct, frozen=True):
    """One event of the story."""

    service: str
    type: str
    occurred_at: datetime
    event: Any
    #: Who did it, as the token said; a service that reacted says its name.
    actor: str = ""


class Story(msgspec.Struct, frozen=True):
    """A settlement, and everything that led to it and followed from it."""

    settlement: SettlementConfirmed
    steps: tuple[Step, ...]
    supplements: tuple[SettlementSupplemented, ...] = ()


async def trace(admin_url: str, settlement_id: str) -> Story:
    """Gather the story; raises Refused SETTLEMENT_UNKNOWN."""
    steps = await _steps(admin_url, "settlement", f"encounter/{await _encounter_of(admin_url, settlement_id)}")
    settled = _of(SettlementConfirmed, steps, settlement_id)[0]
    supplements = _of(SettlementSupplemented, steps, settlement_id)
    reviews = dict.fromkeys(f"review/{supplement.review_id}" for supplement in supplements)
    # What follows from something has its time and stands after it.
    steps += await _steps(admin_url, "identity", f"person/{settled.person_id}")
    if settled.referral_id is not None:
        steps += await _steps(admin_url, "referral", f"referral/{settled.referral_id}")
    steps += await _steps(admin_url, "settlement", f"payment-refusal/{settlement_id}", *reviews)
    steps += await _steps(admin_url, "fund-ledger", f"journal/{settlement_id}")
    return Story(settled, tuple(sorted(steps, key=lambda step: step.occurred_at)), tuple(supplements))


async def _encounter_of(admin_url: str, settlement_id: str) -> str:
    async with snapshot(admin_url, SERVICES["settlement"].schema) as connection:
        found: str | None = await connection.fetchval(_ENCOUNTER_SQL, settlement_id)
    if found is None:
        raise Refused("SETTLEMENT_UNKNOWN", f"there is no settlement {settlement_id}", kind=RefusalKind.NOT_FOUND)
    return found


def _of(kind: type[EventT], steps: Iterable[Step], settlement_id: str) -> list[EventT]:
    events = [step.event for step in steps if isinstance(step.event, kind)]
    return [event for event in events if event.settlement_id == settlement_id]


async def _steps(admin_url: str, name: str, *stream_ids: str) -> list[Step]:
    service = SERVICES[name]
    async with snapshot(admin_url, service.schema) as connection:
        steps = []
        for stream_id in stream_ids:
            actors = {row["version"]: row["actor"] for row in await connection.fetch(_ACTORS_SQL, stream_id)}
            for logged in await read_stream(connection, service.parts.registry, stream_id):
                one = logged.recorded
                steps.append(Step(name, logged.type, one.occurred_at, one.event, actors.get(one.version, "")))
        return steps
