"""Admissions on a handbook alone over HTTP: the agency's list of what is to be looked into, and what came of it."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import Query

from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    allow,
    answer,
    body,
    of_division,
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role
from settlement.admission_checks.commands import AdmissionCheckHandlers
from settlement.admission_checks.domain import CheckOutcome
from settlement.encounters.queries.encounters import Queries

Looker = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
InCounty = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Only the people of this county")]
InState = Annotated[Literal["OPEN", "CLOSED"], Query(description="Still to be looked into, or done")]


class CheckClosingBody(RequestBody, frozen=True):
    """What was found, and on which paper."""

    outcome: CheckOutcome
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class CheckClosed(Wire, frozen=True):
    """The admission was looked into."""

    encounter_id: str
    outcome: CheckOutcome


class AdmissionCheckRow(Wire, frozen=True):
    """An admission on a handbook: HOLDS where only the list lacks the person, LAPSED, or UNLISTED."""

    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    admitted_on: date
    handbook: str
    outcome: str | None
    closed_by: str | None
    note: str | None
    closed_at: datetime | None


def admission_checks(handlers: AdmissionCheckHandlers, queries: Queries) -> Router:
    """The routes of /v1/admission-checks."""
    router = Router(prefix="/v1/admission-checks", tags=["encounters"])

    @router.get("")
    async def list_checks(
        caller: Looker,
        page: Annotated[PageRequest, paging(str)],
        county: InCounty = None,
        state: InState = "OPEN",
    ) -> Json[Page[AdmissionCheckRow]]:
        """List admissions without a deposit that rest on a handbook alone."""
        after = str(page.after[0]) if page.after else ""
        rows = await queries.admission_checks(
            county, caller.division_patterns, is_open=state == "OPEN", after=after, limit=page.limit + 1
        )
        return answer(page_of([AdmissionCheckRow(**dict(row)) for row in rows], page, key=lambda r: (r.encounter_id,)))

    @router.post("/{encounter_id}/closing", dependencies=[of_division("encounter_id", queries.county_of_encounter)])
    async def close_check(
        encounter_id: str,
        caller: Looker,
        command: Annotated[CheckClosingBody, body(CheckClosingBody)],
        key: IdempotencyKey,
    ) -> Json[CheckClosed]:
        """Say whether the patient was entitled; the bill follows the departments' lists, not this."""
        done = await handlers.close(caller, key, encounter_id, command.outcome, command.note)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    return router
