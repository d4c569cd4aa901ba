"""One settlement's whole story across the services, to the fen and the clause."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from kernel.values.refusals import not_found
from law import Adjudication
from law.packs import parse_pack
from law.packs.model import PackFile
from onestop.picture import Picture, picture
from onestop.trace_words import BillWords, words_of
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented

EventT = TypeVar("EventT", SettlementConfirmed, SettlementSupplemented)
_ACTORS_SQL: Final = "SELECT version, COALESCE(meta->>'actor', '') AS actor FROM events WHERE stream_id = $1"
_LAW_SQL: Final = "SELECT pack_id, text FROM policies WHERE digest = $1"
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
    """A settlement, and everything that led to it and followed from it.

    ``words`` are what its bill, and the bill after each supplement, are called by the law that decided it.
    """

    settlement: SettlementConfirmed
    steps: tuple[Step, ...]
    supplements: tuple[SettlementSupplemented, ...] = ()
    words: tuple[BillWords, ...] = ()

    @property
    def bills(self) -> tuple[tuple[str | None, Adjudication, BillWords], ...]:
        """The bill and what it became: by which supplement, None for the first, what it came to, and its words."""
        outcomes: list[tuple[str | None, Adjudication]] = [(None, self.settlement.adjudication)]
        outcomes += [(one.supplement_id, one.adjudication) for one in self.supplements]
        return tuple((by, result, words) for (by, result), words in zip(outcomes, self.words, strict=True))


async def trace(url: str, settlement_id: str) -> Story:
    """Gather the story as of one moment; raises Refused SETTLEMENT_UNKNOWN and EVENTS_ARCHIVED."""
    async with picture(url) as services:
        encounter_id = await (await services.of("settlement")).fetchval(_ENCOUNTER_SQL, settlement_id)
        if encounter_id is None:
            raise not_found("SETTLEMENT_UNKNOWN", f"there is no settlement {settlement_id}")
        steps = await _steps(services, "settlement", f"encounter/{encounter_id}")
        settled = _of(SettlementConfirmed, steps, settlement_id)[0]
        supplements = _of(SettlementSupplemented, steps, settlement_id)
        words = [await _words(services, settled), *[await _words(services, one) for one in supplements]]
        reviews = dict.fromkeys(f"review/{supplement.review_id}" for supplement in supplements)
        # What follows from something has its time and stands after it.
        steps += await _steps(services, "identity", f"person/{settled.person_id}")
        if settled.referral_id is not None:
            steps += await _steps(services, "referral", f"referral/{settled.referral_id}")
        steps += await _steps(services, "settlement", f"payment-refusal/{settlement_id}", *reviews)
        steps += await _steps(services, "fund-ledger", f"journal/{settlement_id}")
    in_order = tuple(sorted(steps, key=lambda step: step.occurred_at))
    return Story(settled, in_order, tuple(supplements), tuple(words))


async def _words(services: Picture, outcome: SettlementConfirmed | SettlementSupplemented) -> BillWords:
    return words_of(outcome.adjudication, await _law(services, outcome.policy_digest))


async def _law(services: Picture, digest: str) -> PackFile | None:
    """The pack as it was adopted; None where a restored database has not heard of it."""
    row = await (await services.of("settlement")).fetchrow(_LAW_SQL, digest)
    return None if row is None else _parsed(row["text"], row["pack_id"])


@lru_cache(maxsize=64)  # reading one takes longer than all the rest, and there are only as many as documents
def _parsed(text: str, pack_id: str) -> PackFile:
    return parse_pack(text, pack_id, adopted=True).file


def _of(kind: type[EventT], steps: Iterable[Step], settlement_id: str) -> list[EventT]:
    events = [step.event for step in steps if isinstance(step.event, kind)]
    return [event for event in events if event.settlement_id == settlement_id]


async def _steps(services: Picture, name: str, *stream_ids: str) -> list[Step]:
    steps = []
    for stream_id in stream_ids:
        session = await services.of(name)
        actors = {row["version"]: row["actor"] for row in await session.fetch(_ACTORS_SQL, stream_id)}
        for logged in await services.stream(name, stream_id):
            one = logged.recorded
            steps.append(Step(name, logged.type, one.occurred_at, one.event, actors.get(one.version, "")))
    return steps
