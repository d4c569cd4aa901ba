"""Moves over HTTP: a county's office learns whom another county's list has taken over, and settles it with that one."""

from identity.feeds.api.callers import Reader, own_or_any
from identity.feeds.queries.moves import MoveAnswer, MoveQueries
from kernel.http import ById, Json, Page, Router, paged
from kernel.http.fields import after_of


def moves(queries: MoveQueries) -> Router:
    """The route of /v1/feeds/{department}/moves."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/{department}/moves")
    async def list_moves(department: str, caller: Reader, page: ById) -> Json[Page[MoveAnswer]]:
        """Whom other counties' lists took away from the caller's counties, the newest first."""
        own = own_or_any(caller, department)
        rows = await queries.away_from(own, caller.division_patterns, after_of(page), page.limit + 1)
        return paged(rows, page, "person_id")

    return router
