"""Who may do what with a batch, and the batch that a caller asks for."""

from typing import Annotated, Final

from identity.feeds.domain.feed import batch_unknown
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries
from identity.persons.domain.categories import Department, department_of
from kernel.http import Wire, allow
from kernel.security import Principal, Role

Sender = Annotated[Principal, allow(Role.DEPARTMENT, by_division=True)]
Reader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]
Judge = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, by_division=True)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
#: Stands for the divisions of a batch that was sent for all of them: the code of no division.
EVERYWHERE: Final = "000000"


class BatchAccepted(Wire, frozen=True):
    """The file has arrived whole and waits to be read."""

    batch_id: str
    number: str


async def found_batch(queries: FeedQueries, caller: Principal, department: str, number: str) -> FeedBatchAnswer:
    """A batch that the caller may see. Raises Refused FEED_BATCH_UNKNOWN, DIVISION_FOREIGN, ORGANISATION_FOREIGN."""
    batch = await queries.batch(own_or_any(caller, department), number)
    if batch is None:
        raise batch_unknown()
    for division in batch.divisions or [EVERYWHERE]:
        caller.must_act_in(division)
    return batch


def own_or_any(caller: Principal, department: str) -> Department:
    """A department's own name, or any where the caller sees all. Raises Refused ORGANISATION_FOREIGN."""
    if Role.DEPARTMENT in caller.roles:
        caller.must_act_for(department)
    return department_of(department)
