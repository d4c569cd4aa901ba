"""Incidents of doctors over HTTP: who certified what did not hold, and how often (003 三(九))."""

from datetime import date
from typing import Annotated, Final

import msgspec
from starlette.requests import Request

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answered,
    paged,
    tagged,
)
from kernel.http.fields import CountyQuery, Identifier, Text, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from operations.breaches.api.register import BreachStands
from operations.breaches.commands.register import BreachCommands, breach_id_of
from operations.breaches.domain.breach import OpenBreach
from operations.breaches.domain.doctors import How, Incident, about_of, incident
from operations.breaches.domain.kinds import BreachKind
from operations.breaches.queries import BreachQueries

CODES: Final = (
    ErrorCode("CERTIFICATION_UNKNOWN", 404, "No such certification of this person"),
    ErrorCode("CERTIFICATION_HOLDS", 409, "The certification was not cancelled"),
    ErrorCode("DOCTOR_NOT_CERTIFIER", 409, "The doctor did not certify what was cancelled"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.DEPARTMENT, by_division=True)]
# As identity takes it from the hospital.
DoctorId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class IncidentBody(RequestBody, frozen=True, kw_only=True):
    """A doctor by licence number, who certified for a person what was cancelled since, and what was wrong with it."""

    person_id: Identifier
    certification_id: Identifier
    doctor_id: DoctorId
    how: How
    why: Text


class DoctorAnswer(Wire, frozen=True, kw_only=True):
    """A doctor's incidents that were not withdrawn; each stands under /v1/breaches with ``party`` the doctor."""

    doctor_id: str
    incidents: int
    open: int
    first_on: date
    last_on: date


def doctor_incidents(commands: BreachCommands, found: BreachQueries, requests: Requests) -> Router:
    """The routes of /v1/doctor-incidents."""
    router = Router(prefix="/v1/doctor-incidents", tags=["breaches"])

    @router.post("", status_code=201)
    async def open_incident(caller: Officer, command: Sent[IncidentBody], key: IdempotencyKey) -> Json[BreachStands]:
        """Enter a doctor's incident about a certification that the agency has cancelled; once for each of both.

        Of a doctor who certified it, where identity told who did.

        It is noticed, closed and withdrawn like every other breach, under its id.
        """
        of = await found.certification(command.person_id, command.certification_id)
        if of is not None:
            caller.must_act_in(of.county)
        county = "" if of is None else of.county
        about = about_of(command.certification_id, command.doctor_id)
        breach_id = breach_id_of(BreachKind.CERTIFICATION_FRAUD, county, about)
        said = Incident(
            doctor_id=command.doctor_id, how=command.how, why=command.why, by=caller.subject, today=requests.today
        )
        opened = OpenBreach(incident(said, of, breach_id))
        return answered(await commands.do(requests.by(caller, key), breach_id, opened, status=201))

    @router.get("")
    async def list_doctors(
        caller: Reader, page: ById, request: Request, county: CountyQuery
    ) -> Json[Page[DoctorAnswer]]:
        """A county's doctors with incidents, and how many each has: who does it again is seen."""
        caller.must_act_in(county)
        rows = await found.doctors(county, after_of(page), page.limit + 1)
        lines = [DoctorAnswer(**msgspec.structs.asdict(row)) for row in rows]
        return tagged(request, paged(lines, page, "doctor_id"))

    return router
