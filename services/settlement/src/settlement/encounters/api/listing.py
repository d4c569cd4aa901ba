"""Lists of encounters over HTTP: a hospital's own, or those of the people of the caller's counties."""

from datetime import date
from typing import Annotated

from fastapi import Query

from kernel.http import ById, Json, Page, Router, allow, paged
from kernel.http.fields import after_of
from kernel.security import Principal, Role
from settlement.encounters.api.reading import State
from settlement.encounters.queries.listing import EncounterRow, ListingQueries, WantedEncounters

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, by_division=True)]

NumberQuery = Annotated[str | None, Query(max_length=64, description="The hospital's own number (住院号)")]
PersonQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Only this person's")]
HospitalQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Only this hospital's")]
KindQuery = Annotated[str | None, Query(max_length=64, description="Only care of this kind, such as inpatient")]
FromDay = Annotated[date | None, Query(description="The first day of admission")]
ToDay = Annotated[date | None, Query(description="The last day of admission")]
InState = Annotated[State | None, Query(description="ADMITTED: who is in hospital now")]


def listing(queries: ListingQueries) -> Router:
    """The list of /v1/encounters."""
    router = Router(prefix="/v1/encounters", tags=["encounters"])

    @router.get("")
    async def list_encounters(
        caller: Reader,
        page: ById,
        person_id: PersonQuery = None,
        hospital_id: HospitalQuery = None,
        kind: KindQuery = None,
        admitted_from: FromDay = None,
        admitted_to: ToDay = None,
        state: InState = None,
        inpatient_number: NumberQuery = None,
    ) -> Json[Page[EncounterRow]]:
        """Encounters by day, person and state: a hospital's own, or those of the caller's counties."""
        wanted = WantedEncounters(
            person_id=person_id,
            hospital_id=hospital_id,
            kind=kind,
            admitted_from=admitted_from,
            admitted_to=admitted_to,
            inpatient_number=inpatient_number,
        )
        after, limit = after_of(page), page.limit + 1
        if caller.divisions is None:
            found = await queries.encounters(caller.own_hospital, wanted, state, after, limit)
        else:
            # A token with divisions is never a hospital's.
            found = await queries.encounters_of(caller.division_patterns, wanted, state, after, limit)
        return paged(found, page, "encounter_id")

    return router
