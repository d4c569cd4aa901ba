"""Refused payments over HTTP: the visits that a hospital is not paid for, since a certification was cancelled."""

from datetime import date, datetime
from typing import Annotated

from kernel.http import Json, Page, PageRequest, Router, Wire, Yuan, allow, answer, page_of, paging
from kernel.security import Principal, Role
from settlement.encounters.queries.encounters import Queries

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


class RefusalRow(Wire, frozen=True):
    """A visit whose money the hospital bears; the patient's result stands (AMB-D5)."""

    settlement_id: str
    hospital_id: str
    person_id: str
    certification_id: str
    visited_on: date
    cancelled_from: date
    refused_at: datetime
    payers: tuple[str, ...]
    amount_fen: Yuan


def payment_refusals(queries: Queries) -> Router:
    """The route of /v1/payment-refusals."""
    router = Router(prefix="/v1/payment-refusals", tags=["settlements"])

    @router.get("")
    async def list_refusals(caller: Reader, page: Annotated[PageRequest, paging(str)]) -> Json[Page[RefusalRow]]:
        """Refused payments: a hospital's own, or all for those who run the funds."""
        own = caller.organisation if Role.HOSPITAL in caller.roles else None
        after = str(page.after[0]) if page.after else ""
        rows = await queries.payment_refusals(own, caller.division_patterns, after, page.limit + 1)
        found = [
            RefusalRow(amount_fen=Yuan(values.pop("amount_fen")), payers=tuple(values.pop("payers")), **values)
            for values in map(dict, rows)
        ]
        return answer(page_of(found, page, key=lambda row: (row.settlement_id,)))

    return router
