"""Facts over HTTP: households, disability grades and low-income tests, each told by the department that knows."""

from datetime import date
from typing import Annotated

import msgspec

from identity.facts.api.handbooks import HandbookNumber
from identity.facts.commands.facts import FactCommands
from identity.facts.domain.facts import (
    CorrectFact,
    Detail,
    Disability,
    Fact,
    FactCorrectionReason,
    Household,
    HouseholdRole,
    TellFact,
    WithdrawFact,
)
from identity.facts.domain.low_income import Means
from identity.persons.domain.categories import Department, Group, department_of
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Wire, Yuan, allow, answered, body, of_division
from kernel.http.fields import Text, check_text
from kernel.security import Principal, Role

HouseholdId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,40}$", description="The feed's number (户编号)")]


class HouseholdBody(RequestBody, frozen=True, tag="household", tag_field="kind"):
    """The household that the person belongs to."""

    household_id: HouseholdId
    role: HouseholdRole


class DisabilityBody(RequestBody, frozen=True, tag="disability", tag_field="kind"):
    """The grade of the person's disability: 1 is the severest."""

    grade: Annotated[int, msgspec.Meta(ge=1, le=4)]


class LowIncomeBody(RequestBody, frozen=True, tag="low_income_test", tag_field="kind"):
    """A family's income per head and assets, the local line and limit; the rule of the place says what comes of it."""

    income_fen: Yuan
    assets_fen: Yuan
    local_line_fen: Yuan
    asset_limit_fen: Yuan
    group: Group | None = None


class HandbookBody(RequestBody, frozen=True, tag="handbook", tag_field="kind"):
    """The number of the poverty handbook that names the person; it is kept as a keyed hash only."""

    number: HandbookNumber


DetailBody = HouseholdBody | DisabilityBody | LowIncomeBody | HandbookBody


class FactBody(RequestBody, frozen=True):
    """What the caller's department tells. An open fact of the same kind ends the day before this one begins."""

    detail: DetailBody
    valid_from: date
    evidence: Text
    valid_to: date | None = None


class FactCorrectionBody(RequestBody, frozen=True):
    """The fact as it should read, whole."""

    detail: DetailBody
    valid_from: date
    evidence: Text
    reason: FactCorrectionReason
    valid_to: date | None = None


class FactChanged(Wire, frozen=True):
    """A fact after a change; ``revision`` counts the changes of the person's facts."""

    person_id: str
    fact_id: str
    revision: int


Teller = Annotated[Principal, allow(Role.DEPARTMENT)]


def facts(commands: FactCommands, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/facts; they are read with /v1/persons/{person_id}/as-of."""
    router = Router(
        prefix="/v1/persons/{person_id}/facts",
        tags=["facts"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("", status_code=201)
    async def tell(
        person_id: str, caller: Teller, command: Annotated[FactBody, body(FactBody)], key: IdempotencyKey
    ) -> Json[FactChanged]:
        """Tell a fact with the days on which it holds and the paper behind it."""
        department = department_of(caller.organisation)
        detail = await _told(commands, person_id, command)

        def command_of(fact_id: str, born_on: date | None) -> TellFact:
            return TellFact(person_id, _fact(fact_id, department, detail, command), born_on)

        return answered(await commands.change(caller, key, person_id, command_of))

    @router.post("/{fact_id}/correction")
    async def correct(
        person_id: str,
        fact_id: str,
        caller: Teller,
        command: Annotated[FactCorrectionBody, body(FactCorrectionBody)],
        key: IdempotencyKey,
    ) -> Json[FactChanged]:
        """Write an own fact anew; what was believed before is kept."""
        department = department_of(caller.organisation)
        detail = await _told(commands, person_id, command)

        def command_of(known_id: str, born_on: date | None) -> CorrectFact:
            return CorrectFact(_fact(known_id, department, detail, command), command.reason, born_on)

        return answered(await commands.change(caller, key, person_id, command_of, fact_id))

    @router.post("/{fact_id}/withdrawal")
    async def withdraw(person_id: str, fact_id: str, caller: Teller, key: IdempotencyKey) -> Json[FactChanged]:
        """Take back an own fact that was told by error."""
        department = department_of(caller.organisation)
        withdrawal = WithdrawFact(fact_id, department, FactCorrectionReason.ENTERED_WRONGLY)
        return answered(await commands.change(caller, key, person_id, lambda _id, _born_on: withdrawal, fact_id))

    return router


def _fact(fact_id: str, department: Department, detail: Detail, command: FactBody | FactCorrectionBody) -> Fact:
    return Fact(
        fact_id=fact_id,
        department=department,
        detail=detail,
        valid_from=command.valid_from,
        evidence=command.evidence,
        valid_to=command.valid_to,
    )


async def _told(commands: FactCommands, person_id: str, command: FactBody | FactCorrectionBody) -> Detail:
    check_text("evidence", command.evidence)
    match command.detail:
        case HouseholdBody(household_id=household_id, role=role):
            return Household(household_id, role)
        case DisabilityBody(grade=grade):
            return Disability(grade)
        case HandbookBody(number=number):
            return await commands.handbook(number)
        case LowIncomeBody(group=group) as test:
            means = Means(
                income_fen=int(test.income_fen),
                assets_fen=int(test.assets_fen),
                local_line_fen=int(test.local_line_fen),
                asset_limit_fen=int(test.asset_limit_fen),
            )
            return await commands.tested(person_id, command.valid_from, means, group)
