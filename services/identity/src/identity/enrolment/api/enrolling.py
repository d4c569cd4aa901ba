"""Enrolling over HTTP: that a person is insured in an area and year."""

from datetime import date
from typing import Annotated

from identity.enrolment.commands import EnrolCommands
from identity.persons.domain.enrolment import Enrolment, Scheme
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, allow, answered, of_division
from kernel.http.fields import DivisionCode, Year
from kernel.security import Principal, Role


class EnrolBody(RequestBody, frozen=True):
    """An enrolment, or the step of it that was taken; a date that is left out stays as it is."""

    scheme: Scheme
    area: DivisionCode
    year: Year
    registered_on: date | None = None
    marked_on: date | None = None


Insurer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]


def enrolling(commands: EnrolCommands, divisions: DivisionQueries) -> Router:
    """The route POST /v1/persons/{person_id}/enrolments."""
    router = Router(
        prefix="/v1/persons/{person_id}/enrolments",
        tags=["persons"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("")
    async def enrol(
        person_id: str, caller: Insurer, command: Sent[EnrolBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Record that a person is insured in an area and year."""
        enrolment = Enrolment(command.scheme, command.area, command.year, command.registered_on, command.marked_on)
        return answered(await commands.enrol(caller, key, person_id, enrolment))

    return router
