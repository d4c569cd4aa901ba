"""The people of a batch over HTTP, by name: before it counts, so that who lets it through knows whom it is about."""

from typing import Annotated

from fastapi import Query

from identity.feeds.api.callers import Judge, found_batch
from identity.feeds.commands.people import PeopleOfBatches, PersonOfBatch
from identity.feeds.queries.batches import FeedQueries
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.seeing import Looks
from kernel.http import Json, Page, PageRequest, Router, paged, paging


def people_of_batches(people: PeopleOfBatches, queries: FeedQueries, looks: Looks) -> Router:
    """The route of /v1/feeds/{department}/batches/{number}/people."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/{department}/batches/{number}/people")
    async def list_people(
        department: str,
        number: str,
        caller: Judge,
        page: Annotated[PageRequest, paging(int)],
        outcome: Annotated[str | None, Query(pattern=r"^[A-Z]{1,20}$", description="Such as ENDED")] = None,
    ) -> Json[Page[PersonOfBatch]]:
        """Whom a batch changes, or a dry run would, by name, with how they stood before; each look is written down."""
        batch = await found_batch(queries, caller, department, number)
        after = int(page.after[0]) if page.after else 0
        found = await people.people(batch, after, outcome, page.limit + 1)
        known = [person.person_id for person in found[: page.limit] if person.person_id is not None]
        await looks.note(caller, SeenFor.LIST_CHECKED, person_ids=known, batch_id=batch.batch_id)
        return paged(found, page, "line")

    return router
