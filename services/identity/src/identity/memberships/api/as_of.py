"""As-of over HTTP: what held on a day, as it was known at a moment."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Query

from identity.facts.domain.facts import Disability, Handbook, Household, LowIncomeTest
from identity.memberships.queries.as_of import AsOfQueries, FactRow
from identity.memberships.queries.memberships import MembershipAnswer
from identity.persons.domain.categories import department_of
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.persons import PersonQueries
from kernel.http import Json, Router, Wire, Yuan, allow, answer, of_division
from kernel.running.clock import Clock
from kernel.security import Principal, Role
from kernel.values.china_time import china_date
from kernel.values.refusals import Refused


class HouseholdAnswer(Wire, frozen=True, tag="household", tag_field="kind"):
    """A household and the person's place in it."""

    household_id: str
    role: str


class DisabilityAnswer(Wire, frozen=True, tag="disability", tag_field="kind"):
    """A grade of disability, 1 the severest."""

    grade: int


class LowIncomeAnswer(Wire, frozen=True, tag="low_income_test", tag_field="kind"):
    """A low-income test: what it rested on per head, and what came of it by which clause."""

    income_fen: Yuan
    assets_fen: Yuan
    local_line_fen: Yuan
    asset_limit_fen: Yuan
    income_multiple: str
    passed: bool
    clause: str
    group: str | None = None


class HandbookAnswer(Wire, frozen=True, tag="handbook", tag_field="kind"):
    """The person is named in a poverty handbook, whose number nobody can read here."""


class FactAnswer(Wire, frozen=True):
    """A fact as it was believed; ``recorded_at`` is since when."""

    fact_id: str
    department: str
    detail: HouseholdAnswer | DisabilityAnswer | LowIncomeAnswer | HandbookAnswer
    valid_from: date
    evidence: str
    recorded_at: datetime
    valid_to: date | None = None


class AsOfAnswer(Wire, frozen=True):
    """What held on a day as it was known at a moment. ``facts`` are for the agency and their own departments."""

    person_id: str
    on: date
    known_at: datetime
    memberships: list[MembershipAnswer]
    facts: list[FactAnswer]
    deceased_on: date | None = None
    merged_into: str | None = None


Reader = Annotated[Principal, allow(*Role)]
OnDay = Annotated[date | None, Query(description="The day that is asked about; today where it is left out")]
KnownAt = Annotated[datetime | None, Query(description="With its time zone; now where it is left out")]


def as_of(queries: AsOfQueries, persons: PersonQueries, clock: Clock, divisions: DivisionQueries) -> Router:
    """The route of /v1/persons/{person_id}/as-of."""
    router = Router(
        prefix="/v1/persons/{person_id}", tags=["persons"], dependencies=[of_division("person_id", divisions.of_person)]
    )

    @router.get("/as-of")
    async def see_as_of(person_id: str, caller: Reader, on: OnDay = None, known_at: KnownAt = None) -> Json[AsOfAnswer]:
        """See what held on a day as it was known at a moment; a department sees what it said itself."""
        row = await persons.known(person_id)
        day, moment = on or china_date(clock()), _moment(known_at, clock)
        own = department_of(caller.organisation) if caller.roles == {Role.DEPARTMENT} else None
        facts_too = own is not None or bool(caller.roles & {Role.AGENCY, Role.OPERATIONS})
        found = await queries.as_of(person_id, day, moment, department=own, facts_too=facts_too)
        return answer(
            AsOfAnswer(
                person_id=person_id,
                on=day,
                known_at=moment,
                memberships=found.memberships,
                facts=[_fact(fact) for fact in found.facts],
                deceased_on=found.deceased_on,
                merged_into=row.merged_into,
            )
        )

    return router


def _moment(known_at: datetime | None, clock: Clock) -> datetime:
    if known_at is None:
        return clock()
    if known_at.tzinfo is None:
        raise Refused("MOMENT_WITHOUT_ZONE", "known_at needs its time zone, such as 2019-08-01T08:00:00+08:00")
    return known_at.astimezone(UTC)


def _fact(row: FactRow) -> FactAnswer:
    said = msgspec.structs.asdict(row.detail)
    detail: HouseholdAnswer | DisabilityAnswer | LowIncomeAnswer | HandbookAnswer
    match row.detail:
        case Household():
            detail = HouseholdAnswer(**said)
        case Disability():
            detail = DisabilityAnswer(**said)
        case Handbook():
            detail = HandbookAnswer()
        case LowIncomeTest():
            detail = LowIncomeAnswer(**{name: _amount(name, value) for name, value in said.items()})
    return FactAnswer(**{**msgspec.structs.asdict(row), "detail": detail})


def _amount(name: str, value: Any) -> Any:
    return Yuan(value) if name.endswith("_fen") else value
