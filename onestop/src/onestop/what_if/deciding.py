"""Deciding a period again: each person's settlements in their order, on the year as it would have stood."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from kernel.values.refusals import Refused
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.archived import at_hand_sql
from law import Adjudication, most_favourable
from onestop.what_if.question import OtherLaw, Question
from onestop.what_if.sums import NO_GROUP, Place, Sums
from settlement.encounters.domain.events import SettlementConfirmed, SettlementSupplemented, year_of
from settlement.event_types import REGISTRY
from settlement.policies.domain import LawBook, PolicyAdopted

_LAWS_SQL: Final = "SELECT pack_id, digest, text FROM policies"
# The last word on each settlement that stands, each person's year together and in the order in which it was settled.
_SETTLED_SQL: Final = f"""
SELECT s.settlement_id, e.type, e.schema_version, e.data
FROM (
  SELECT settlement_id, encounter_id, counted_for, year, settled_at FROM settlements s
  WHERE discharged_on BETWEEN $1 AND $2 AND abs(hashtext(counted_for)) % $4::int = $3::int
    AND NOT EXISTS (SELECT FROM revocations r WHERE r.settlement_id = s.settlement_id)
  ORDER BY counted_for, year, settled_at, settlement_id
) AS s
CROSS JOIN LATERAL (
  SELECT type, schema_version, data FROM events
  WHERE stream_id = 'encounter/' || s.encounter_id AND type IN ('SettlementConfirmed', 'SettlementSupplemented')
    AND data->>'settlement_id' = s.settlement_id
  ORDER BY version DESC LIMIT 1
) AS e
WHERE {at_hand_sql("'encounter/' || s.encounter_id")}
"""
_PAGE: Final = 500


async def law_book(connection: SingleConnection) -> tuple[LawBook, list[str]]:
    """All law that was ever adopted, and the digests of it."""
    rows = [dict(row) for row in await connection.fetch(_LAWS_SQL)]
    # Reading all law takes a moment, in which a process that has others to serve serves them.
    return await asyncio.to_thread(_entered, rows), [row["digest"] for row in rows]


def _entered(rows: Sequence[Mapping[str, Any]]) -> LawBook:
    book = LawBook()
    for row in rows:
        book.enter(PolicyAdopted(**row))
    return book


async def decide_again(connection: SingleConnection, question: Question, share: tuple[int, int]) -> Sums:
    """Decide a share of the period again: ``share`` is which one, of how many.

    Memory does not grow with the number of settlements: one person's year is held at a time.
    """
    book, _ = await law_book(connection)
    law, sums, year = OtherLaw(question, book), Sums(), Year()
    async for settlement_id, event in _settled(connection, question, share):
        before = year.before(event)
        try:
            again = most_favourable(event.claim, event.standing, before, law.compared(event))[1]
        except Refused as refused:
            if question.counts(event.county):
                sums.refuse(settlement_id, refused.code, refused.detail)
            year.note(event, event.adjudication)
            continue
        # Whoever is not counted may be by the next bill, when they have moved: the year goes on.
        year.note(event, again)
        if question.counts(event.county):
            sums.take(_place(event), event.adjudication, again)
    sums.took_place = law.took_place
    return sums


async def _settled(
    connection: SingleConnection, question: Question, share: tuple[int, int]
) -> AsyncIterator[tuple[str, SettlementConfirmed | SettlementSupplemented]]:
    async for row in connection.cursor(_SETTLED_SQL, question.since, question.until, *share, prefetch=_PAGE):
        event: Any = REGISTRY.decode(row["type"], row["schema_version"], row["data"])
        yield row["settlement_id"], event


class Year:
    """The year of whoever came last, by pooling area: the first settlement of the period finds what really stood there.

    What moved the year between two of its settlements without being one of them, such as a take-over of what another
    system had counted or a bill that lies outside the period, moves it here by as much.
    """

    def __init__(self) -> None:
        self._whose: tuple[str, int] | None = None
        #: By area: what really stood after the settlement before, and what would have stood.
        self._after: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = {}

    def before(self, event: SettlementConfirmed | SettlementSupplemented) -> Mapping[str, int]:
        """What would have stood before a settlement, in fen; never below zero."""
        really = event.adjudication.before_fen
        if self._whose != _whose(event) or event.area not in self._after:
            return really
        stood, would = self._after[event.area]
        return {
            name: max(0, would.get(name, 0) + really.get(name, 0) - stood.get(name, 0))
            for name in sorted(would.keys() | really.keys())
        }

    def note(self, event: SettlementConfirmed | SettlementSupplemented, result: Adjudication) -> None:
        """A settlement came out so."""
        if self._whose != _whose(event):
            self._whose, self._after = _whose(event), {}
        self._after[event.area] = event.adjudication.after_fen, result.after_fen


def _whose(event: SettlementConfirmed | SettlementSupplemented) -> tuple[str, int]:
    return year_of(event), event.year


def _place(event: SettlementConfirmed | SettlementSupplemented) -> Place:
    month = event.claim.discharged_on.isoformat()[:7]  # a format would cost a twentieth of all
    return Place(month, event.county, event.hospital_id, event.adjudication.category or NO_GROUP)
