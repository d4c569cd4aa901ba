"""As-of over HTTP: what held on a day, as it was known at a moment."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Query

from identity.memberships.queries.as_of import AsOfAnswer, AsOfQueries
from identity.persons.queries.divisions import DivisionQueries, own_department
from identity.persons.queries.persons import PersonQueries
from kernel.http import Json, Router, allow, answer
from kernel.running.clock import Clock
from kernel.security import ROLES_BEYOND_A_TOWNSHIP, Principal, Role
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused

Reader = Annotated[Principal, allow(*ROLES_BEYOND_A_TOWNSHIP)]
OnDay = Annotated[date | None, Query(description="The day that is asked about; today where it is left out")]
KnownAt = Annotated[datetime | None, Query(description="With its time zone; now where it is left out")]


def as_of(queries: AsOfQueries, persons: PersonQueries, clock: Clock, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/as-of."""
    router = Router(prefix="/v1/persons/{person_id}", tags=["persons"], dependencies=[divisions.guard])

    @router.get("/as-of")
    async def see_as_of(person_id: str, caller: Reader, on: OnDay = None, known_at: KnownAt = None) -> Json[AsOfAnswer]:
        """See what held on a day as it was known at a moment; a department sees what it said itself."""
        person = await persons.known(person_id)
        day, moment, own = on or china_date(clock()), _moment(known_at, clock), own_department(caller)
        facts_too = own is not None or bool(caller.roles & {Role.AGENCY, Role.OPERATIONS})
        return answer(await queries.as_of(person, day, moment, department=own, facts_too=facts_too))

    return router


def _moment(known_at: datetime | None, clock: Clock) -> datetime:
    if known_at is None:
        return clock()
    if known_at.tzinfo is None:
        raise Refused("MOMENT_WITHOUT_ZONE", "known_at needs its time zone, such as 2019-08-01T08:00:00+08:00")
    return known_at.astimezone(UTC)
