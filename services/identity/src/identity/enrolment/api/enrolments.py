"""Enrolments over HTTP: that a person is insured, and how far the insurance of each year has come (DOMAIN B2)."""

from datetime import date
from typing import Annotated, Any

import msgspec

from identity.enrolment.commands import EnrolmentCommands
from identity.enrolment.domain.state import EnrolmentState, eligible_from, state_of
from identity.enrolment.queries import EnrolmentQueries, EnrolmentRow
from identity.persons.domain.enrolment import Enrolment, Scheme
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.persons import PersonQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answer, answered
from kernel.http.fields import DivisionCode, Year
from kernel.security import ROLES_BEYOND_A_TOWNSHIP, Principal, Role
from kernel.values.division_table import check_division


class EnrolBody(RequestBody, frozen=True):
    """An enrolment, or the step of it that was taken; a date that is left out stays as it is."""

    scheme: Scheme
    area: DivisionCode
    year: Year
    registered_on: date | None = None
    marked_on: date | None = None


class EnrolmentAnswer(Wire, frozen=True):
    """One year in one area. Benefits count from ``eligible_from``, whoever has paid the premium by then."""

    area: str
    year: int
    scheme: str
    state: EnrolmentState
    registered_on: date | None
    marked_on: date | None
    eligible_from: date | None
    premium_category: str | None
    premium_funds: tuple[str, ...]
    premium_applied_on: date | None
    premium_paid_on: date | None


class EnrolmentsAnswer(Wire, frozen=True):
    """A person's enrolments; ``state`` and ``exempt_as`` are of today and of this year."""

    person_id: str
    state: EnrolmentState
    exempt_as: str | None
    enrolments: tuple[EnrolmentAnswer, ...]


Insurer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS)]
Reader = Annotated[Principal, allow(*ROLES_BEYOND_A_TOWNSHIP)]


def enrolments(
    commands: EnrolmentCommands, queries: EnrolmentQueries, persons: PersonQueries, of_person: Any
) -> Router:
    """The routes of /v1/persons/{person_id}/enrolments."""
    router = Router(prefix="/v1/persons/{person_id}/enrolments", dependencies=[of_person])

    @router.post("", tags=["persons"])
    async def enrol(
        person_id: str, caller: Insurer, command: Sent[EnrolBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Record that a person is insured in an area and year."""
        check_division(command.area, command.year, "area")
        return answered(await commands.enrol(caller, key, person_id, Enrolment(**msgspec.structs.asdict(command))))

    @router.get("", tags=["enrolment"])
    async def list_enrolments(person_id: str, _caller: Reader) -> Json[EnrolmentsAnswer]:
        """How far a person's insurance of each year has come."""
        await persons.known(person_id)
        today = commands.today
        exemptions = await queries.exemptions_of(person_id)
        code = next((exemption.code for exemption in exemptions if exemption.holds_on(today)), None)
        found = tuple(_enrolment(row, exempt=code is not None) for row in await queries.enrolments(person_id))
        nothing = EnrolmentState.NOT_ENROLLED if code is None else EnrolmentState.EXEMPT
        state = next((enrolment.state for enrolment in found if enrolment.year == today.year), nothing)
        return answer(EnrolmentsAnswer(person_id=person_id, state=state, exempt_as=code, enrolments=found))

    return router


def _enrolment(row: EnrolmentRow, *, exempt: bool) -> EnrolmentAnswer:
    state = state_of(
        registered_on=row.registered_on,
        marked_on=row.marked_on,
        applied_on=row.premium_applied_on,
        paid_on=row.premium_paid_on,
        exempt=exempt,
    )
    begins = eligible_from(row.registered_on, row.marked_on)
    return EnrolmentAnswer(state=state, eligible_from=begins, **msgspec.structs.asdict(row))
