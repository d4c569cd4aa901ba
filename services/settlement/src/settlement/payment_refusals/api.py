"""Refused payments over HTTP: the visits that a hospital is not paid for, since a certification was cancelled."""

from typing import Annotated

from kernel.http import ById, Json, Page, Router, allow, paged
from kernel.http.fields import after_of
from kernel.security import Principal, Role
from settlement.payment_refusals.queries import RefusalQueries, RefusalRow

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


def payment_refusals(queries: RefusalQueries) -> Router:
    """The route of /v1/payment-refusals."""
    router = Router(prefix="/v1/payment-refusals", tags=["settlements"])

    @router.get("")
    async def list_refusals(caller: Reader, page: ById) -> Json[Page[RefusalRow]]:
        """Refused payments: a hospital's own, or all for those who run the funds."""
        found = await queries.payment_refusals(
            caller.own_hospital, caller.division_patterns, after_of(page), page.limit + 1
        )
        return paged(found, page, "settlement_id")

    return router
