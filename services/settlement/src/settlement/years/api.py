"""Benefit years over HTTP: a person's yearly accumulators, and their take-over from the system before."""

from typing import Annotated, Final

import msgspec

from kernel.http import ErrorCode, IdempotencyKey, Json, RequestBody, Router, Sent, Wire, Yuan, allow, answer, answered
from kernel.http.fields import Identifier, Text, Year
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import not_found
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.people.queries import PersonQueries
from settlement.years.commands import YearCommands
from settlement.years.queries import YearQueries

Operations = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
CODES: Final = (
    ErrorCode("BENEFIT_YEAR_UNKNOWN", 404, "Nothing is known of this person and year"),
    ErrorCode("ACCUMULATOR_UNKNOWN", 422, "No document of the area counts by such an accumulator"),
    ErrorCode("BENEFIT_YEAR_BEGUN", 409, "Opening standings come too late"),
)


class BenefitYearBody(RequestBody, frozen=True):
    """Opening standings from the system before, by accumulator."""

    person_id: Identifier
    area: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    year: Year
    balances_fen: Annotated[dict[Annotated[str, msgspec.Meta(max_length=40)], Yuan], msgspec.Meta(max_length=40)]
    source: Text


class TakeBackBody(RequestBody, frozen=True):
    """Why what was taken over was wrong."""

    reason: Text


class BenefitYearOpened(Wire, frozen=True):
    """The year begins with the given standings."""

    person_id: str
    area: str
    year: int


class BenefitYearAnswer(Wire, frozen=True, kw_only=True):
    """A person's accumulators of a year in one pooling area."""

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, Yuan]
    latest_settlement: str | None
    version: int


def benefit_years(commands: YearCommands, queries: YearQueries, people: PersonQueries, requests: Requests) -> Router:
    """The routes of /v1/benefit-years."""
    router = Router(prefix="/v1/benefit-years", tags=["benefit years"])

    async def must_act_for(caller: Principal, person_id: str, area: str) -> None:
        if caller.divisions is not None:
            # Of whom identity told nothing yet, only the pooling area is known.
            caller.must_act_in(await people.county_of_person(person_id) or area)

    @router.post("", status_code=201)
    async def open_benefit_year(
        caller: Operations, command: Sent[BenefitYearBody], key: IdempotencyKey
    ) -> Json[BenefitYearOpened]:
        """Take over a person's accumulators, before the first settlement of the year here.

        Sent again with the same figures and source, whatever the key, nothing more is taken over.
        """
        await must_act_for(caller, command.person_id, command.area)
        balances_fen = {name: int(amount) for name, amount in command.balances_fen.items()}
        opening = BenefitYear(
            person_id=command.person_id, area=command.area, year=command.year, balances_fen=balances_fen
        )
        return answered(await commands.open(requests.by(caller, key), opening, command.source))

    @router.post("/{area}/{person_id}/{year}/withdrawal")
    async def take_back(
        area: str, person_id: str, year: str, caller: Operations, command: Sent[TakeBackBody], key: IdempotencyKey
    ) -> Json[BenefitYearOpened]:
        """Take back what was taken over, before the first settlement of the year here rests on it."""
        await must_act_for(caller, person_id, area)
        if not _is_year(year):
            raise not_found("BENEFIT_YEAR_UNKNOWN", f"the year {year} of person {person_id} was not opened")
        opening = BenefitYear(person_id=person_id, area=area, year=int(year))
        return answered(await commands.take_back(requests.by(caller, key), opening, command.reason))

    @router.get("/{area}/{person_id}/{year}")
    async def get_benefit_year(area: str, person_id: str, year: str, caller: Reader) -> Json[BenefitYearAnswer]:
        """A person's accumulators of a year."""
        await must_act_for(caller, person_id, area)
        found = await queries.benefit_year(person_id, area, int(year)) if _is_year(year) else None
        if found is None:
            detail = f"nothing has happened in {year} for person {person_id} in {area}"
            raise not_found("BENEFIT_YEAR_UNKNOWN", detail)
        standings = {name: Yuan(fen) for name, fen in found.balances_fen.items()}
        return answer(BenefitYearAnswer(**msgspec.structs.asdict(found) | {"balances_fen": standings}))

    return router


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4
