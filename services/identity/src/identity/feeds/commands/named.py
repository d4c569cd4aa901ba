"""Whom rows name otherwise than they are registered, by the word of another office: its name may be the wrong one."""

from collections.abc import Mapping
from typing import Final

from identity.feeds.domain.row import FeedRow
from identity.persons.domain.categories import Department
from identity.persons.domain.names import NameMatch, compare_names
from kernel.running.runtime import Runtime

_BY_OTHERS_SQL: Final = "SELECT person_id FROM personal_data WHERE person_id = ANY($1) AND registered_by <> $2"


def differs(registered: str, said: str) -> bool:
    """Whether a row names quite another person than the one who is registered."""
    return compare_names(registered, said) is NameMatch.DIFFERENT


async def named_by_others(
    runtime: Runtime,
    department: Department,
    rows: Mapping[int, FeedRow],
    people: Mapping[int, str],
    names: Mapping[str, str],
) -> frozenset[str]:
    """Those of whom rows give another name than another office registered; ``people`` are known ones, by row."""
    asked = {i for place, i in people.items() if i in names and differs(names[i], rows[place].name)}
    if not asked:
        return frozenset()
    found = await runtime.store.pool.fetch(_BY_OTHERS_SQL, sorted(asked), department.value)
    return frozenset(row["person_id"] for row in found)
