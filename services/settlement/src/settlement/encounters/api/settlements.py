"""Settlements over HTTP: look at one with its whole trace, list them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query

from kernel.http import (
    ById,
    Json,
    Page,
    Router,
    Wire,
    allow,
    answer,
    of_division,
    paged,
)
from kernel.http.fields import after_of
from kernel.security import Principal, Role
from settlement.encounters.api.answers import SettlementAnswer, settlement_answer
from settlement.encounters.queries.encounters import EncounterQueries, SettlementRow, Wanted
from settlement.encounters.queries.statements import statement_lines

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]

PersonQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Only this person's")]
NumberQuery = Annotated[str | None, Query(max_length=64, description="The hospital's 结算单号, or the invoice's")]
FromDay = Annotated[date | None, Query(description="The first day of discharge")]
ToDay = Annotated[date | None, Query(description="The last day of discharge")]
InState = Annotated[Literal["STANDING", "REVOKED"] | None, Query(description="Those that stand, or were taken back")]


class StatementAnswer(Wire, frozen=True):
    """The patient's statement (结算说明): lines to be printed one under the other, amounts in 元."""

    settlement_id: str
    revoked: bool
    lines: tuple[str, ...]


def settlements(queries: EncounterQueries) -> Router:
    """The routes of /v1/settlements."""
    router = Router(prefix="/v1/settlements", tags=["settlements"])
    of_settlement = of_division("settlement_id", queries.county_of_settlement)

    @router.get("")
    async def list_settlements(
        caller: Reader,
        page: ById,
        person_id: PersonQuery = None,
        discharged_from: FromDay = None,
        discharged_to: ToDay = None,
        state: InState = None,
        number: NumberQuery = None,
    ) -> Json[Page[SettlementRow]]:
        """Settlements: a hospital's own, or all for those who run the funds."""
        wanted = Wanted(
            person_id=person_id,
            discharged_from=discharged_from,
            discharged_to=discharged_to,
            revoked=None if state is None else state == "REVOKED",
            number=number,
        )
        if caller.divisions is None:
            found = await queries.settlements(caller.own_hospital, wanted, after_of(page), page.limit + 1)
        else:
            # A token with divisions is never a hospital's.
            found = await queries.settlements_of(caller.division_patterns, wanted, after_of(page), page.limit + 1)
        return paged(found, page, "settlement_id")

    @router.get("/{settlement_id}", dependencies=[of_settlement])
    async def get_settlement(settlement_id: str, caller: Reader) -> Json[SettlementAnswer]:
        """One settlement with every layer, its clause, and the accumulators before and after."""
        found = await queries.settlement(settlement_id, caller.own_hospital)
        return answer(settlement_answer(found.settlement, found.supplements, found.revocation))

    @router.get("/{settlement_id}/statement", dependencies=[of_settlement])
    async def get_statement(settlement_id: str, caller: Reader) -> Json[StatementAnswer]:
        """The settlement for the patient, in plain Chinese: who pays what and why, and what is left of the year."""
        found = await queries.settlement(settlement_id, caller.own_hospital)
        pack = await queries.pack(found.outcome.policy_digest)
        return answer(StatementAnswer(settlement_id, found.revoked, statement_lines(found, pack.file)))

    return router
