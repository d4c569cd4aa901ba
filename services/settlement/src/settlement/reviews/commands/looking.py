"""Reviewing: after a fact changed, decide the person's settled years again and keep the review items right."""

from collections.abc import Mapping
from uuid import NAMESPACE_OID, uuid5

import msgspec

from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath, Within
from kernel.writing.database import Connection
from settlement.encounters.domain.readjudication import Correction
from settlement.people.domain import ALWAYS
from settlement.people.queries import hold, surviving_of
from settlement.reviews.domain.finding import BillOnFile, Finding, find, left_by
from settlement.reviews.domain.review import DECIDER, Note
from settlement.reviews.queries.looked_at import keep, known_since
from settlement.reviews.queries.person_years import PersonYearFiles, PersonYears, YearKey
from settlement.years.domain import JOINING, stream_of
from settlement.years.queries import unjoined_years


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
    finding, corrections = find(bills, person.known, kept, person.joined_fen.get(key), _before(person, key))
    if finding is None or any(not finding.differs_from(other) for other in left):
        return Found(None, ())
    return Found(finding, corrections)


def _before(person: PersonYears, key: YearKey) -> list[BillOnFile]:
    """The bills of the years that come before one, so that two years are held against each other once."""
    area, year = key
    earlier = (bills for (there, of), bills in person.years.items() if (of, there) < (year, area))
    return [bill.on_file for bills in earlier for bill in bills]


def review_id_of(finding: Finding) -> str:
    """The id of the item that a finding opens: the same for whoever finds it, however often."""
    return str(uuid5(NAMESPACE_OID, f"review/{finding.settlement_id}/{finding.identity_revision}"))


class Reviewing:
    """Looks at persons and writes inside the transaction of whoever asks. It decides by what stands in the tables and
    not by the message, so that messages may come in any order and more than once."""

    def __init__(self, path: CommandPath, files: PersonYearFiles | None = None) -> None:
        self._path = path
        self._files = files or PersonYearFiles(path.store.registry)

    async def look_at(
        self, connection: Connection, causes: Mapping[str, CommandContext], *, told_only: bool = False
    ) -> None:
        """Look at persons, each after what happened last to them; with a merged record at the surviving one.

        ``told_only`` says that nothing happened but what identity told: then only the years are decided again for
        which it says something else than when the person was last looked at.
        """
        if not causes:
            return
        surviving = await surviving_of(connection, causes)
        causes = {person: causes[merged] for merged, person in surviving.items()} | dict(causes)
        await hold(connection, causes, "settlement-review")
        within = self._path.within(connection)
        for merged in sorted(surviving):
            await _join_years(connection, within, merged, causes[merged])
        known = await known_since(connection, sorted(causes))
        whole = {person for person in causes if not told_only} | set(surviving.values())
        days = {k.person_id: ALWAYS if k.person_id in whole else k.changed for k in known}
        looked = {person: causes[person].now for person in sorted(causes) if days.get(person)}
        spans = {person: span for person, span in days.items() if span}
        persons = await self._files.of(connection, looked, spans) if looked else {}
        notes = [note for person_id, person in persons.items() for note in _notes(person_id, person)]
        await within.load(DECIDER, [f"review/{note.review_id}" for note in notes])
        for note in notes:
            context = causes[note.person_id].about(note.review_id)
            await within.react(context, DECIDER, f"review/{note.review_id}", note)
        await within.flush()
        await keep(connection, known)


async def _join_years(connection: Connection, within: Within, merged_id: str, context: CommandContext) -> None:
    """Take every year of a merged record into the surviving record's; what was joined before is left alone."""
    joins = {stream_of(join.own): join for join in await unjoined_years(connection, merged_id)}
    await within.load(JOINING, joins)
    for stream_id, join in joins.items():
        about = f"join {merged_id} {join.own.area} {join.own.year}"
        await within.react(context.about(about), JOINING, stream_id, join)
    # What is decided next reads the rows of these years.
    await within.flush()


def _notes(person_id: str, person: PersonYears) -> list[Note]:
    """What the review items of a person must be told now."""
    notes = []
    for key in dict.fromkeys([*person.years, *person.open_reviews]):
        finding = found_in(person, key).finding
        review_id = person.open_reviews.get(key) or (review_id_of(finding) if finding else None)
        if review_id is not None:
            assert person.known is not None
            notes.append(
                Note(
                    review_id=review_id,
                    person_id=person_id,
                    area=key[0],
                    year=key[1],
                    county=person.years[key][0].state.settlement.county if key in person.years else "",
                    finding=finding,
                    at=person.known.noticed_at,
                )
            )
    return notes
