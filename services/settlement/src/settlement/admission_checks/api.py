"""Admissions on a handbook alone over HTTP: the agency's list of what is to be looked into, and what came of it."""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import Query

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answered,
    of_division,
    paged,
)
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.admission_checks.commands import AdmissionCheckCommands
from settlement.admission_checks.domain import CheckOutcome
from settlement.admission_checks.queries import AdmissionCheckQueries, AdmissionCheckRow
from settlement.encounters.queries.encounters import EncounterQueries

Looker = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
InCounty = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Only the people of this county")]
InState = Annotated[Literal["OPEN", "CLOSED"], Query(description="Still to be looked into, or done")]
CODES: Final = (
    ErrorCode("ADMISSION_CHECK_UNKNOWN", 404, "No such admission on a handbook alone"),
    ErrorCode("ADMISSION_CHECK_CLOSED", 409, "The admission was looked into, with another outcome"),
)


class CheckClosingBody(RequestBody, frozen=True):
    """What was found, and on which paper."""

    outcome: CheckOutcome
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class CheckClosed(Wire, frozen=True):
    """The admission was looked into."""

    encounter_id: str
    outcome: CheckOutcome


def admission_checks(
    commands: AdmissionCheckCommands, queries: AdmissionCheckQueries, encounters: EncounterQueries, requests: Requests
) -> Router:
    """The routes of /v1/admission-checks."""
    router = Router(prefix="/v1/admission-checks", tags=["encounters"])

    @router.get("")
    async def list_checks(
        caller: Looker, page: ById, county: InCounty = None, state: InState = "OPEN"
    ) -> Json[Page[AdmissionCheckRow]]:
        """List admissions without a deposit that rest on a handbook alone."""
        found = await queries.admission_checks(
            county, caller.division_patterns, is_open=state == "OPEN", after=after_of(page), limit=page.limit + 1
        )
        return paged(found, page, "encounter_id")

    @router.post("/{encounter_id}/closing", dependencies=[of_division("encounter_id", encounters.county_of_encounter)])
    async def close_check(
        encounter_id: str, caller: Looker, command: Sent[CheckClosingBody], key: IdempotencyKey
    ) -> Json[CheckClosed]:
        """Say whether the patient was entitled; the bill follows the departments' lists, not this."""
        return answered(await commands.close(requests.by(caller, key), encounter_id, command.outcome, command.note))

    return router
