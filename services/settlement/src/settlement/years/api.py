"""Benefit years over HTTP: a person's yearly accumulators, and their take-over from the system before."""

from typing import Annotated

from kernel.http import IdempotencyKey, Json, Router, Wire, Yuan, allow, answer, body, stored_answer
from kernel.security import Principal, Role
from kernel.values.refusals import RefusalKind, Refused
from settlement.encounters.api.bodies import BenefitYearBody
from settlement.encounters.commands.encounters import Handlers
from settlement.encounters.queries.encounters import Queries

Operations = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


class BenefitYearOpened(Wire, frozen=True):
    """The year begins with the given standings."""

    person_id: str
    area: str
    year: int


class BenefitYearAnswer(Wire, frozen=True):
    """A person's accumulators of a year in one pooling area."""

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, Yuan]
    latest_settlement: str | None
    version: int


def benefit_years(handlers: Handlers, queries: Queries) -> Router:
    """The routes of /v1/benefit-years."""
    router = Router(prefix="/v1/benefit-years", tags=["benefit years"])

    async def must_act_for(caller: Principal, person_id: str, area: str) -> None:
        if caller.divisions is not None:
            # Of whom identity told nothing yet, only the pooling area is known.
            caller.must_act_in(await queries.county_of_person(person_id) or area)

    @router.post("", status_code=201)
    async def open_benefit_year(
        caller: Operations, command: Annotated[BenefitYearBody, body(BenefitYearBody)], key: IdempotencyKey
    ) -> Json[BenefitYearOpened]:
        """Take over a person's accumulators, before the first settlement of the year here."""
        await must_act_for(caller, command.person_id, command.area)
        done = await handlers.open_benefit_year(
            caller,
            key,
            person_id=command.person_id,
            area=command.area,
            year=command.year,
            balances_fen={name: int(amount) for name, amount in command.balances_fen.items()},
            source=command.source,
        )
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("/{area}/{person_id}/{year}")
    async def get_benefit_year(area: str, person_id: str, year: str, caller: Reader) -> Json[BenefitYearAnswer]:
        """A person's accumulators of a year."""
        await must_act_for(caller, person_id, area)
        found = await queries.benefit_year(person_id, area, int(year)) if _is_year(year) else None
        if found is None:
            raise Refused(
                "BENEFIT_YEAR_UNKNOWN",
                f"nothing has happened in {year} for person {person_id} in {area}",
                kind=RefusalKind.NOT_FOUND,
            )
        standings = {name: Yuan(fen) for name, fen in found.balances_fen.items()}
        return answer(BenefitYearAnswer(person_id, area, found.year, standings, found.latest_settlement, found.version))

    return router


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4
