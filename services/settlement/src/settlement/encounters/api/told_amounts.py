"""Outer amounts over HTTP: who answers for an outer payer tells what it gives, so that no hospital has to know."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from kernel.http import ById, IdempotencyKey, Json, Page, Router, Sent, Wire, Yuan, allow, answer, answered, paged
from kernel.http import of_division as lies_in
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.api.bodies import OuterAmountBody
from settlement.encounters.commands.told_amounts import ToldAmountCommands
from settlement.encounters.domain.commands import TellAmount
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.encounters.queries.told_amounts import StayOfPerson, ToldAmountQueries

Owner = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]
PersonQuery = Annotated[str, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Whose stays")]


class AmountTold(Wire, frozen=True):
    """The amount counts; ``reviewed`` says that the bill is settled, so that a difference is a review."""

    encounter_id: str
    payer: str
    reviewed: bool


class OuterAmount(Wire, frozen=True, kw_only=True):
    """What an owner told last of an outer payer."""

    payer: str
    amount_fen: Yuan
    department: str
    given_on: date
    evidence: str


class OuterAmounts(Wire, frozen=True):
    """All that owners told of a stay."""

    encounter_id: str
    amounts: tuple[OuterAmount, ...]


class StayRow(Wire, frozen=True, kw_only=True):
    """A stay of the person for which an amount may be told."""

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    county: str
    admitted_on: date
    discharged_on: date | None


def told_amounts(
    commands: ToldAmountCommands, queries: ToldAmountQueries, encounters: EncounterQueries, requests: Requests
) -> Router:
    """The routes of outer amounts under /v1/encounters, and the list of a person's stays for those who tell them."""
    of_encounter = lies_in("encounter_id", encounters.county_of_encounter)
    router = Router(prefix="/v1", tags=["encounters"])

    @router.post("/encounters/{encounter_id}/outer-amounts", status_code=201, dependencies=[of_encounter])
    async def tell_amount(
        encounter_id: str, caller: Owner, command: Sent[OuterAmountBody], key: IdempotencyKey
    ) -> Json[AmountTold]:
        """Tell what an outer payer gives for the stay, before or after settlement. What was told last counts.

        The document in force says which departments tell which payer's. A settled bill that comes out otherwise
        becomes a review item.
        """
        context = requests.by(caller, key)
        told = TellAmount(
            department=department_of(caller),
            payer=command.payer,
            amount_fen=int(command.amount_fen),
            given_on=command.given_on,
            today=context.today,
            evidence=command.evidence,
        )
        return answered(await commands.tell(context, encounter_id, told))

    @router.get("/encounters/{encounter_id}/outer-amounts", dependencies=[of_encounter])
    async def get_amounts(encounter_id: str, caller: Reader) -> Json[OuterAmounts]:
        """What owners told of a stay: a hospital sees it of its own stays, a department what it told itself."""
        told = await queries.told(encounter_id, caller.own_hospital)
        own = None if caller.roles - {Role.DEPARTMENT} else caller.organisation
        shown = [one for one in told if own in (None, one.department)]
        return answer(
            OuterAmounts(
                encounter_id,
                tuple(
                    OuterAmount(
                        payer=one.payer,
                        amount_fen=Yuan(one.amount_fen),
                        department=one.department,
                        given_on=one.given_on,
                        evidence=one.evidence,
                    )
                    for one in shown
                ),
            )
        )

    @router.get("/outer-amounts/stays")
    async def list_stays(caller: Owner, page: ById, person_id: PersonQuery) -> Json[Page[StayRow]]:
        """A person's stays, by which an owner finds the one to tell an amount for; not what they were for."""
        counties = None if caller.divisions is None else caller.division_patterns
        found = await queries.stays(counties, person_id, after_of(page), page.limit + 1)
        return paged([_row(stay) for stay in found], page, "encounter_id")

    return router


def department_of(caller: Principal) -> str:
    """The department that a caller tells for: an agency for medical security, else the one that the token names."""
    if Role.DEPARTMENT in caller.roles:
        assert caller.organisation is not None, "a department's token names the department"
        return caller.organisation
    return "medical-security"


def _row(stay: StayOfPerson) -> StayRow:
    return StayRow(**msgspec.structs.asdict(stay))
