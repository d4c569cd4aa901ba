"""What was told of a group's people beside memberships, which the run and the dry run ask alike."""

from collections.abc import Mapping

from identity.facts.domain.facts import DECIDER, Facts
from identity.feeds.domain.row import FeedRow
from identity.persons.domain.categories import Category
from kernel.running.runtime import Runtime


async def told_of(runtime: Runtime, rows: Mapping[int, FeedRow], registered: Mapping[int, str]) -> dict[str, Facts]:
    """What was told of known people whom rows say to be of low income: a list overrides no test (004 三(一)4)."""
    asked = {person_id for place, person_id in registered.items() if rows[place].category is Category.LOW_INCOME}
    loaded = await runtime.store.load_many([f"facts/{person_id}" for person_id in sorted(asked)])
    folded = (DECIDER.fold(past) for _, past in loaded.values())
    return {facts.person_id: facts for facts in folded if facts is not None}
