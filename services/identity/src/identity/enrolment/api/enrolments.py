"""Enrolments over HTTP: how far a person's insurance of each year has come (DOMAIN B2)."""

from datetime import date
from typing import Annotated, Any

from identity.enrolment.commands import EnrolmentHandlers
from identity.enrolment.domain.state import EnrolmentState, eligible_from, state_of
from identity.enrolment.queries import EnrolmentQueries
from identity.persons.domain.person import person_unknown
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.persons import PersonQueries
from kernel.http import Json, Router, Wire, allow, answer, of_division
from kernel.security import Principal, Role


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


Reader = Annotated[Principal, allow(*Role)]


def enrolments(
    handlers: EnrolmentHandlers, queries: EnrolmentQueries, persons: PersonQueries, divisions: DivisionQueries
) -> Router:
    """The route GET /v1/persons/{person_id}/enrolments."""
    router = Router(
        prefix="/v1/persons/{person_id}/enrolments",
        tags=["enrolment"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.get("")
    async def list_enrolments(person_id: str, _caller: Reader) -> Json[EnrolmentsAnswer]:
        """How far a person's insurance of each year has come."""
        if await persons.person(person_id) is None:
            raise person_unknown()
        today = handlers.today()
        exemptions = await queries.exemptions_of(person_id)
        code = next((x["code"] for x in exemptions if _holds(x["since"], x["until"], today)), None)
        found = tuple(_enrolment(row, exempt=code is not None) for row in await queries.enrolments(person_id))
        nothing = EnrolmentState.NOT_ENROLLED if code is None else EnrolmentState.EXEMPT
        state = next((enrolment.state for enrolment in found if enrolment.year == today.year), nothing)
        return answer(EnrolmentsAnswer(person_id=person_id, state=state, exempt_as=code, enrolments=found))

    return router


def _holds(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on <= until)


def _enrolment(row: Any, *, exempt: bool) -> EnrolmentAnswer:
    registered, marked = row["registered_on"], row["marked_on"]
    return EnrolmentAnswer(
        area=row["area"],
        year=row["year"],
        scheme=row["scheme"],
        state=state_of(
            registered_on=registered,
            marked_on=marked,
            applied_on=row["applied_on"],
            paid_on=row["paid_on"],
            exempt=exempt,
        ),
        registered_on=registered,
        marked_on=marked,
        eligible_from=eligible_from(registered, marked),
        premium_category=row["category"],
        premium_funds=tuple(row["funds"] or ()),
        premium_applied_on=row["applied_on"],
        premium_paid_on=row["paid_on"],
    )
