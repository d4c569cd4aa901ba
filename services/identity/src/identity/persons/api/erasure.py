"""Erasure over HTTP: two people of the agency destroy a person's key together."""

from datetime import datetime
from typing import Annotated

import msgspec

from identity.persons.commands.erasure import ErasureHandlers
from identity.persons.domain.erasure import ErasureReason, ErasureState
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.erasures import ErasureQueries
from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    allow,
    answer,
    body,
    of_division,
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role


class ErasureBody(RequestBody, frozen=True):
    """Why the data must go (个人信息保护法 第四十七条)."""

    reason: ErasureReason


class ErasureChanged(Wire, frozen=True):
    """An erasure after a step."""

    person_id: str
    state: ErasureState
    revision: int


class ErasureAnswer(Wire, frozen=True):
    """An erasure: who asked and who decided."""

    person_id: str
    state: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


Agency = Annotated[Principal, allow(Role.AGENCY)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


def erasure(handlers: ErasureHandlers, divisions: DivisionQueries) -> Router:
    """The routes of /v1/persons/{person_id}/erasure."""
    router = Router(
        prefix="/v1/persons/{person_id}/erasure",
        tags=["erasure"],
        dependencies=[of_division("person_id", divisions.of_person)],
    )

    @router.post("")
    async def ask(
        person_id: str, caller: Agency, command: Annotated[ErasureBody, body(ErasureBody)], key: IdempotencyKey
    ) -> Json[ErasureChanged]:
        """Ask that a person's data be erased; nothing happens until somebody else confirms it."""
        done = await handlers.ask(caller, key, person_id, command.reason)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/confirmation")
    async def confirm(person_id: str, caller: Agency, key: IdempotencyKey) -> Json[ErasureChanged]:
        """Confirm an erasure that somebody else asked for. It cannot be undone: the person's key is destroyed."""
        done = await handlers.confirm(caller, key, person_id)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/refusal")
    async def decline(person_id: str, caller: Agency, key: IdempotencyKey) -> Json[ErasureChanged]:
        """Decline an erasure, or take an own one back."""
        done = await handlers.decline(caller, key, person_id)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router


def erasure_list(queries: ErasureQueries) -> Router:
    """The routes of /v1/erasures."""
    router = Router(prefix="/v1/erasures", tags=["erasure"])

    @router.get("")
    async def list_erasures(caller: Overseer, page: Annotated[PageRequest, paging(str)]) -> Json[Page[ErasureAnswer]]:
        """List erasures: what waits for a second person, and what was done."""
        after = "" if page.after is None else str(page.after[0])
        rows = await queries.erasures(caller.division_patterns, after=after, limit=page.limit + 1)
        answers = [ErasureAnswer(**msgspec.structs.asdict(row)) for row in rows]
        return answer(page_of(answers, page, key=lambda row: (row.person_id,)))

    return router
