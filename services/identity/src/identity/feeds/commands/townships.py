"""The townships that rows of a group name, for those who are not known to live there."""

from collections.abc import Mapping
from typing import Final

from identity.feeds.domain.row import FeedRow
from identity.feeds.domain.row_warnings import lies_in
from identity.persons.domain.township import record
from kernel.running.runtime import Runtime
from kernel.writing.event_store import StreamAppend

_KNOWN_SQL: Final = "SELECT person_id, township FROM person_townships WHERE person_id = ANY($1)"


async def placed(runtime: Runtime, rows: Mapping[int, FeedRow], people: Mapping[int, str]) -> dict[int, StreamAppend]:
    """What is to be written by row; ``people`` are known and new ones by row."""
    telling = {place: person_id for place, person_id in people.items() if lies_in(rows[place])}
    if not telling:
        return {}
    found = await runtime.store.pool.fetch(_KNOWN_SQL, sorted(set(telling.values())))
    known = {row["person_id"]: row["township"] for row in found}
    # Two rows about one person are of one township, or are refused: the first says it.
    first = {person_id: place for place, person_id in sorted(telling.items(), reverse=True)}
    new = {i: place for i, place in first.items() if known.get(i) != rows[place].township}
    loaded = await runtime.store.load_many([f"township/{person_id}" for person_id in sorted(new)])
    return {
        place: StreamAppend(
            loaded[f"township/{person_id}"][0],
            (record(person_id, rows[place].county, str(rows[place].township)),),
        )
        for person_id, place in new.items()
    }
