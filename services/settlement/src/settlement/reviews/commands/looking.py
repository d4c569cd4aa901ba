"""Reviewing: after a fact changed, decide the person's settled years again and keep the review items right."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from kernel.writing.database import Connection
from kernel.writing.event_store import EventStore, StreamAppend, Write
from settlement.encounters.domain.readjudication import Correction
from settlement.reviews.domain.finding import Finding, find, left_by
from settlement.reviews.domain.review import DECIDER, Note
from settlement.reviews.queries.person_years import PersonYearFiles, PersonYears, YearKey
from settlement.years.commands import Cause, Joining

#: Persons of whom something is settled on other revisions than is known now; most persons of a feed have nothing.
_OTHERWISE_SQL: Final = """
WITH RECURSIVE records AS (
  SELECT person_id, person_id AS record FROM unnest($1::text[]) AS person_id
  UNION SELECT r.person_id, j.other_id FROM records r JOIN benefit_year_joins j ON j.person_id = r.record
)
SELECT DISTINCT r.person_id FROM records r JOIN settlements s ON s.counted_for = r.record
JOIN people p ON p.person_id = r.person_id
WHERE s.identity_revision IS DISTINCT FROM p.revision
"""
#: Persons whose new settlements rest on another revision than is known now, or with an open item.
_MEANWHILE_SQL: Final = """
SELECT s.person_id FROM settlements s JOIN people p ON p.person_id = s.counted_for
WHERE s.settlement_id = ANY($1::text[]) AND (s.identity_revision IS DISTINCT FROM p.revision
                                             OR s.counted_for <> s.person_id)
UNION
SELECT v.person_id FROM review_states t JOIN reviews v USING (review_id)
WHERE t.state IN ('OPEN', 'PROPOSED') AND v.person_id = ANY($2::text[])
UNION
SELECT person_id FROM people WHERE person_id = ANY($2::text[]) AND merged_into IS NOT NULL
"""
#: Who is settled with a stay that names one of these referrals.
_RESTING_SQL: Final = """
SELECT e.referral_id, s.counted_for FROM encounters e JOIN settlements s USING (encounter_id)
LEFT JOIN revocations r USING (settlement_id) WHERE e.referral_id = ANY($1::text[]) AND r.settlement_id IS NULL
"""
_SURVIVING_SQL: Final = """
SELECT person_id, merged_into FROM people WHERE person_id = ANY($1::text[]) AND merged_into IS NOT NULL
"""
# Two consumers look at one person, after identity's messages and after settlements: one after the other.
_HOLD_SQL: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('settlement-review ' || person, 0)) FROM unnest($1::text[]) AS person
"""


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
    finding, corrections = find(bills, person.known, kept, person.joined_fen.get(key))
    if finding is None or any(not finding.differs_from(other) for other in left):
        return Found(None, ())
    return Found(finding, corrections)


def review_id_of(finding: Finding) -> str:
    """The id of the item that a finding opens: the same for whoever finds it, however often."""
    return str(uuid5(NAMESPACE_OID, f"review/{finding.settlement_id}/{finding.identity_revision}"))


class Reviewing:
    """Looks at persons and writes inside the transaction of whoever asks. It decides by what stands in the tables and
    not by the message, so that messages may come in any order and more than once."""

    def __init__(self, store: EventStore, files: PersonYearFiles | None = None) -> None:
        self._store = store
        self._files = files or PersonYearFiles(store)
        self._joining = Joining(store)

    async def entitled_otherwise(self, connection: Connection, persons: Iterable[str]) -> set[str]:
        """Those of whom identity has told something else than their settlements rest on, or that they were merged."""
        persons = list(persons)
        merged = {row["person_id"] for row in await connection.fetch(_SURVIVING_SQL, persons)}
        return merged | {row["person_id"] for row in await connection.fetch(_OTHERWISE_SQL, persons)}

    async def settled_meanwhile(
        self, connection: Connection, persons: Iterable[str], settlement_ids: Iterable[str]
    ) -> set[str]:
        """Those whose new settlements missed what identity told, or change what an open item says."""
        rows = await connection.fetch(_MEANWHILE_SQL, list(settlement_ids), list(persons))
        return {row["person_id"] for row in rows}

    async def resting_on(self, connection: Connection, referrals: Iterable[str]) -> list[tuple[str, str]]:
        """Referrals on which something settled rests, each with the person."""
        return [(row[0], row[1]) for row in await connection.fetch(_RESTING_SQL, list(referrals))]

    async def look_at(self, connection: Connection, causes: Mapping[str, Cause]) -> None:
        """Look at persons, each after what happened last to them; with a merged record at the surviving one."""
        if not causes:
            return
        surviving = {row[0]: row[1] for row in await connection.fetch(_SURVIVING_SQL, list(causes))}
        causes = {person: causes[merged] for merged, person in surviving.items()} | dict(causes)
        persons = sorted(causes)
        await connection.execute(_HOLD_SQL, persons)
        for merged in sorted(surviving):
            await self._joining.join(connection, merged, causes[merged])
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
