"""Looks over HTTP: who looked at whom with trace and as-of, at the desk or at the terminal."""

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request

from kernel.http import ErrorCode, Json, Page, PageRequest, Router, paged, paging, tagged
from onestop.desk.callers import Clerk
from onestop.desk.desk import Desk
from onestop.looks import NEWEST, LookOfCommand, looks_of

CODES: Final[tuple[ErrorCode, ...]] = ()
Subject = Annotated[
    str, Query(max_length=200, description="A person, settlement or account by its id; all if not said")
]


def router(desk: Desk) -> Router:
    """The route of /v1/looks."""
    looks = Router(prefix="/v1/looks", tags=["looks"])

    @looks.get("")
    async def list_looks(
        caller: Clerk, page: Annotated[PageRequest, paging(int)], request: Request, subject: Subject = ""
    ) -> Json[Page[LookOfCommand]]:
        """Looks, the newest first; a caller of a county sees those at the county's people."""
        before = NEWEST if page.after is None else page.after[0]
        found = await looks_of(
            desk.database, subject, patterns=caller.division_patterns, before=before, limit=page.limit + 1
        )
        return tagged(request, paged(found, page, "look_id"))

    return looks
