"""Printing over HTTP: the settlement list with the patient's statement, for the browser and as a PDF."""

import asyncio
from typing import Annotated

from starlette.responses import HTMLResponse

from kernel.http import Pdf, Router, allow, of_division
from kernel.running.clock import Clock
from kernel.security import Principal, Role
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.institutions.queries import InstitutionQueries
from settlement.printing.api.html import html_of
from settlement.printing.api.paper import Paper, paper_of
from settlement.printing.api.pdf import pdf_of

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


def printing(queries: EncounterQueries, institutions: InstitutionQueries, clock: Clock) -> Router:
    """The printing routes of /v1/settlements."""
    of_settlement = of_division("settlement_id", queries.county_of_settlement)
    router = Router(prefix="/v1/settlements", tags=["printing"], dependencies=[of_settlement])

    async def paper(settlement_id: str, caller: Principal) -> Paper:
        found = await queries.settlement(settlement_id, caller.own_hospital)
        pack = await queries.pack(found.outcome.policy_digest)
        return paper_of(found, pack.file, await institutions.name_of(found.settlement.hospital_id))

    @router.get("/{settlement_id}/statement.html")
    async def printed_page(settlement_id: str, caller: Reader) -> HTMLResponse:
        """The settlement list (结算单) with head, statement and fields for seals, to print from a browser."""
        return HTMLResponse(html_of(await paper(settlement_id, caller)))

    @router.get("/{settlement_id}/statement.pdf")
    async def printed_pdf(settlement_id: str, caller: Reader) -> Pdf:
        """The same as a PDF."""
        # Cutting the font takes about a second of one core; other requests go on meanwhile.
        content = await asyncio.to_thread(pdf_of, await paper(settlement_id, caller), clock())
        headers = {"Content-Disposition": f'inline; filename="settlement-{settlement_id}.pdf"'}
        return Pdf(content, headers=headers)

    return router
