"""Erasure over HTTP: two people of the agency destroy a person's key together."""

from typing import Annotated

from identity.persons.commands.erasure import ErasureCommands
from identity.persons.domain.erasure import ErasureReason, ErasureState
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.erasures import ErasureAnswer, ErasureQueries
from kernel.http import ById, IdempotencyKey, Json, Page, RequestBody, Router, Sent, Wire, allow, answered, paged
from kernel.http.fields import after_of
from kernel.security import Principal, Role


class ErasureBody(RequestBody, frozen=True):
    """Why the data must go (个人信息保护法 第四十七条)."""

    reason: ErasureReason


class ErasureChanged(Wire, frozen=True):
    """An erasure after a step."""

    person_id: str
    state: ErasureState
    revision: int


Agency = Annotated[Principal, allow(Role.AGENCY)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def erasure(commands: ErasureCommands, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/erasure."""
    router = Router(prefix="/v1/persons/{person_id}/erasure", tags=["erasure"], dependencies=[divisions.guard])

    @router.post("")
    async def ask(
        person_id: str, caller: Agency, command: Sent[ErasureBody], key: IdempotencyKey
    ) -> Json[ErasureChanged]:
        """Ask that a person's data be erased; nothing happens until somebody else confirms it."""
        return answered(await commands.ask(caller, key, person_id, command.reason))

    @router.post("/confirmation")
    async def confirm(person_id: str, caller: Agency, key: IdempotencyKey) -> Json[ErasureChanged]:
        """Confirm an erasure that somebody else asked for. It cannot be undone: the person's key is destroyed."""
        return answered(await commands.confirm(caller, key, person_id))

    @router.post("/refusal")
    async def decline(person_id: str, caller: Agency, key: IdempotencyKey) -> Json[ErasureChanged]:
        """Decline an erasure, or take an own one back."""
        return answered(await commands.decline(caller, key, person_id))

    return router


def erasure_list(queries: ErasureQueries) -> Router:
    """The routes of /v1/erasures."""
    router = Router(prefix="/v1/erasures", tags=["erasure"])

    @router.get("")
    async def list_erasures(caller: Overseer, page: ById) -> Json[Page[ErasureAnswer]]:
        """List erasures: what waits for a second person, and what was done."""
        rows = await queries.erasures(caller.division_patterns, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "person_id")

    return router
