"""Facts over HTTP: households, disability grades and low-income tests, each told by the department that knows."""

from collections.abc import Callable
from typing import Annotated

from identity.facts.commands.facts import FactCommands
from identity.facts.domain.facts import CorrectFact, Fact, FactCorrectionReason, TellFact, WithdrawFact
from identity.facts.queries.details import FactDetails
from identity.facts.queries.telling import Telling, brings_benefit
from identity.persons.domain.categories import department_of
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answered
from kernel.security import Principal, Role


class FactBody(RequestBody, Telling, frozen=True):
    """What the caller's department tells. An open fact of the same kind ends the day before this one begins."""


class FactCorrectionBody(FactBody, frozen=True, kw_only=True):
    """The fact as it should read, whole."""

    reason: FactCorrectionReason


class FactChanged(Wire, frozen=True):
    """A fact after a change; ``revision`` counts the changes of the person's facts."""

    person_id: str
    fact_id: str
    revision: int


Teller = Annotated[Principal, allow(Role.DEPARTMENT)]


def facts(commands: FactCommands, details: FactDetails, divisions: DivisionQueries, direct: DirectChanges) -> Router:
    """The routes of /v1/persons/{person_id}/facts; they are read with /v1/persons/{person_id}/as-of."""
    router = Router(prefix="/v1/persons/{person_id}/facts", tags=["facts"], dependencies=[divisions.guard])

    @router.post("", status_code=201)
    async def tell(person_id: str, caller: Teller, command: Sent[FactBody], key: IdempotencyKey) -> Json[FactChanged]:
        """Tell a fact with the days on which it holds and the paper behind it."""
        department_of(caller.organisation)  # one that is none learns nothing else
        if brings_benefit(command.detail):
            await direct.check(caller, person_id)
        fact_of = await _told(details, caller, person_id, command)
        return answered(
            await commands.change(caller, key, person_id, lambda id_, born: TellFact(person_id, fact_of(id_), born))
        )

    @router.post("/{fact_id}/correction")
    async def correct(
        person_id: str, fact_id: str, caller: Teller, command: Sent[FactCorrectionBody], key: IdempotencyKey
    ) -> Json[FactChanged]:
        """Write an own fact anew; what was believed before is kept."""
        department_of(caller.organisation)
        if brings_benefit(command.detail):
            await direct.check(caller, person_id)
        fact_of, reason = await _told(details, caller, person_id, command), command.reason
        return answered(
            await commands.change(
                caller, key, person_id, lambda id_, born: CorrectFact(fact_of(id_), reason, born), fact_id
            )
        )

    @router.post("/{fact_id}/withdrawal")
    async def withdraw(person_id: str, fact_id: str, caller: Teller, key: IdempotencyKey) -> Json[FactChanged]:
        """Take back an own fact that was told by error."""
        department = department_of(caller.organisation)
        if await details.brought_benefit(person_id, fact_id):
            await direct.check(caller, person_id)
        withdrawal = WithdrawFact(fact_id, department, FactCorrectionReason.ENTERED_WRONGLY)
        return answered(await commands.change(caller, key, person_id, lambda _id, _born_on: withdrawal, fact_id))

    return router


async def _told(details: FactDetails, caller: Principal, person_id: str, said: Telling) -> Callable[[str], Fact]:
    """What the caller's department tells, as the fact of an id."""
    detail = await details.of(person_id, said)
    department = department_of(caller.organisation)
    return lambda id_: said.fact(id_, department, detail)
