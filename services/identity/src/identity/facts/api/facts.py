"""Facts over HTTP: households, disability grades and low-income tests, each told by the department that knows."""

from collections.abc import Callable
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
from identity.persons.domain.categories import Group, department_of
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, Yuan, allow, answered
from kernel.http.fields import Text
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


class FactCorrectionBody(FactBody, frozen=True, kw_only=True):
    """The fact as it should read, whole."""

    reason: FactCorrectionReason


class FactChanged(Wire, frozen=True):
    """A fact after a change; ``revision`` counts the changes of the person's facts."""

    person_id: str
    fact_id: str
    revision: int


Teller = Annotated[Principal, allow(Role.DEPARTMENT)]


def facts(commands: FactCommands, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/facts; they are read with /v1/persons/{person_id}/as-of."""
    router = Router(prefix="/v1/persons/{person_id}/facts", tags=["facts"], dependencies=[divisions.guard])

    @router.post("", status_code=201)
    async def tell(person_id: str, caller: Teller, command: Sent[FactBody], key: IdempotencyKey) -> Json[FactChanged]:
        """Tell a fact with the days on which it holds and the paper behind it."""
        fact_of = await _told(commands, caller, person_id, command)
        return answered(
            await commands.change(caller, key, person_id, lambda id_, born: TellFact(person_id, fact_of(id_), born))
        )

    @router.post("/{fact_id}/correction")
    async def correct(
        person_id: str, fact_id: str, caller: Teller, command: Sent[FactCorrectionBody], key: IdempotencyKey
    ) -> Json[FactChanged]:
        """Write an own fact anew; what was believed before is kept."""
        fact_of, reason = await _told(commands, caller, person_id, command), command.reason
        return answered(
            await commands.change(
                caller, key, person_id, lambda id_, born: CorrectFact(fact_of(id_), reason, born), fact_id
            )
        )

    @router.post("/{fact_id}/withdrawal")
    async def withdraw(person_id: str, fact_id: str, caller: Teller, key: IdempotencyKey) -> Json[FactChanged]:
        """Take back an own fact that was told by error."""
        department = department_of(caller.organisation)
        withdrawal = WithdrawFact(fact_id, department, FactCorrectionReason.ENTERED_WRONGLY)
        return answered(await commands.change(caller, key, person_id, lambda _id, _born_on: withdrawal, fact_id))

    return router


async def _told(commands: FactCommands, caller: Principal, person_id: str, said: FactBody) -> Callable[[str], Fact]:
    """What the caller's department tells, as the fact of an id."""
    department = department_of(caller.organisation)
    detail = await _detail(commands, person_id, said)
    told = {**msgspec.structs.asdict(said), "department": department, "detail": detail}
    told.pop("reason", None)  # why a fact is corrected stands beside it
    return lambda id_: Fact(fact_id=id_, **told)


async def _detail(commands: FactCommands, person_id: str, said: FactBody) -> Detail:
    match said.detail:
        case HouseholdBody(household_id=household_id, role=role):
            return Household(household_id, role)
        case DisabilityBody(grade=grade):
            return Disability(grade)
        case HandbookBody(number=number):
            return await commands.handbook(number)
        case LowIncomeBody(group=group) as test:
            means = Means(**{name: int(getattr(test, name)) for name in Means.__struct_fields__})
            return await commands.tested(person_id, said.valid_from, means, group)
