"""Reviewing: after a fact changed, decide the person's settled years again and keep the review items right."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from kernel.database import Connection
from kernel.event_store import EventStore, StreamAppend, Write
from settlement.domain.finding import Finding, find, left_by
from settlement.domain.readjudication import Correction
from settlement.domain.review import DECIDER, Note
from settlement.handlers.person_years import PersonYearFiles, PersonYears, YearKey

#: Persons whose settlements may rest on something else than is known now; most persons of a feed have none at all.
_AFFECTED_SQL: Final = """
SELECT s.person_id FROM settlements s JOIN people p USING (person_id)
WHERE s.person_id = ANY($1::text[]) AND s.identity_revision IS DISTINCT FROM p.revision
UNION
SELECT v.person_id FROM reviews v JOIN review_states t USING (review_id)
WHERE v.person_id = ANY($1::text[]) AND t.state IN ('OPEN', 'PROPOSED')
"""
# Two consumers look at one person, after identity's messages and after settlements: one after the other.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('settlement-review ' || person, 0)) FROM unnest($1::text[]) AS person
"""


class Cause(msgspec.Struct, frozen=True):
    """The message after which a person is looked at."""

    message_id: str
    at: datetime
    correlation_id: str = ""


class Found(msgspec.Struct, frozen=True):
    """What a year comes to on the facts known now; None where no fen differs, or where it was left so."""

    finding: Finding | None
    corrections: tuple[Correction, ...]


def found_in(person: PersonYears, key: YearKey) -> Found:
    """Decide one of the person's years again."""
    assert person.known is not None
    left = person.left.get(key, ())
    bills = [bill.on_file for bill in person.years.get(key, ())]
    if not bills:
        return Found(None, ())
    kept = frozenset(bill for finding in left for bill in left_by(finding))
    finding, corrections = find(bills, person.known, kept)
    if finding is None or any(not finding.differs_from(other) for other in left):
        return Found(None, ())
    return Found(finding, corrections)


def review_id_of(finding: Finding) -> str:
    """The id of the item that a finding opens: the same for whoever finds it, however often."""
    return str(uuid5(NAMESPACE_OID, f"review/{finding.settlement_id}/{finding.identity_revision}"))


class Reviewing:
    """Looks at persons and writes inside the transaction of whoever asks. It decides by what stands in the tables and
    not by the message, so that messages may come in any order and more than once."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._files = PersonYearFiles(store)

    async def look_at(self, connection: Connection, causes: Mapping[str, Cause], *, surely: Iterable[str] = ()) -> None:
        """Look at the persons among ``causes`` whom a change may concern, and at those in ``surely``."""
        rows = await connection.fetch(_AFFECTED_SQL, list(causes))
        persons = sorted({row["person_id"] for row in rows} | set(surely))
        if not persons:
            return
        await connection.execute(_HOLD_SQL, persons)
        writes = [write for person in persons for write in await self.writes(connection, person, causes[person])]
        if writes:
            await self._store.commit_in(connection, writes)

    async def writes(self, connection: Connection, person_id: str, cause: Cause) -> Sequence[Write]:
        """What the review items of a person must be told now; nothing where they are right."""
        person = await self._files.of(person_id, cause.at, connection)
        found = [await self._note(connection, person_id, person, key, cause) for key in person.years | _open(person)]
        return [write for write in found if write is not None]

    async def _note(
        self, connection: Connection, person_id: str, person: PersonYears, key: YearKey, cause: Cause
    ) -> Write | None:
        finding = found_in(person, key).finding
        review_id = person.open_reviews.get(key) or (review_id_of(finding) if finding else None)
        if review_id is None:
            return None
        stream, past = await self._store.load(f"review/{review_id}", connection)
        county = person.years[key][0].state.settlement.county if key in person.years else ""
        note = Note(review_id, person_id, *key, county, finding, cause.at)
        events = tuple(DECIDER.decide(note, DECIDER.fold(past)))
        if not events:
            return None
        meta = {"actor": "settlement", "causation_id": cause.message_id, "correlation_id": cause.correlation_id}
        command_id = uuid5(UUID(cause.message_id), review_id)
        return self._store.prepare(
            [StreamAppend(stream, events)], command_id=command_id, occurred_at=cause.at, meta=meta
        )


def _open(person: PersonYears) -> dict[YearKey, object]:
    return dict.fromkeys(person.open_reviews)
