"""Responsible persons over HTTP: who is responsible for one of the poor, and for whom somebody is missing."""

from typing import Annotated, Final

import msgspec

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
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, NameInPath, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import not_found
from law.packs import PackLibrary
from operations.follow_up.commands import FollowUpCommands
from operations.follow_up.domain.responsible import ASKED, Assign, Duty, missing
from operations.follow_up.queries import FollowUpQueries

CODES: Final = (ErrorCode("RESPONSIBLE_NOT_ASKED", 404, "No document there asks for responsible persons"),)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.DEPARTMENT, by_division=True)]
Account = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]
Township = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{9}$")]


class ResponsibleBody(RequestBody, frozen=True, kw_only=True):
    """Accounts by duty; an empty one says that nobody holds the duty now. ``township`` is a nine-digit code."""

    holders: Annotated[dict[Duty, Account], msgspec.Meta(min_length=1, max_length=6)]
    township: Township | None = None


class ResponsibleStands(Wire, frozen=True):
    """Who is responsible now."""

    person_id: str
    holders: dict[str, str]


class UnassignedLine(Wire, frozen=True, kw_only=True):
    """One of the registered poor for whom somebody is missing: which duties, and who is there."""

    person_id: str
    township: str | None
    missing: tuple[str, ...]
    holders: dict[str, str]


def responsible(commands: FollowUpCommands, found: FollowUpQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/responsible-persons."""
    router = Router(prefix="/v1/responsible-persons", tags=["follow-up"])

    async def county_of(caller: Principal, person_id: str) -> str:
        county = await found.county_of(person_id)
        if county is None:
            raise not_found("PERSON_UNKNOWN", f"identity told of nobody {person_id}", person=person_id)
        caller.must_act_in(county)
        return county

    @router.post("/{person_id}")
    async def assign(
        person_id: NameInPath, caller: Officer, command: Sent[ResponsibleBody], key: IdempotencyKey
    ) -> Json[ResponsibleStands]:
        """Say who holds which duties for a person; the others stay as they are."""
        county = await county_of(caller, person_id)
        said = Assign(
            person_id=person_id,
            county=county,
            township=command.township,
            holders=command.holders,
            today=requests.today,
        )
        return answered(await commands.assign(requests.by(caller, key), said))

    @router.get("/missing")
    async def list_missing(caller: Officer, page: ById, county: CountyQuery) -> Json[Page[UnassignedLine]]:
        """The registered poor of a county for whom a duty that its document asks for is held by nobody."""
        caller.must_act_in(county)
        asked = [duty for policy in library.candidates(county, requests.today) for duty in _asked(policy.file.division)]
        if not asked:
            detail = f"no document in force at {county} asks for responsible persons of each of the poor"
            raise not_found("RESPONSIBLE_NOT_ASKED", detail, county=county)
        await commands.see(county, None, caller.subject, requests.clock())
        names = [duty.value for duty in asked]
        rows = await found.unassigned(county, after_of(page), requests.today, names, page.limit + 1)
        lines = [
            UnassignedLine(
                person_id=row.person_id,
                township=row.township,
                missing=missing(asked, row.holders),
                holders=row.holders,
            )
            for row in rows
        ]
        return paged(lines, page, "person_id")

    @router.get("/{person_id}")
    async def get_responsible(person_id: NameInPath, caller: Officer) -> Json[ResponsibleStands]:
        """Who is responsible for a person. The look is written down."""
        county = await county_of(caller, person_id)
        await commands.see(county, person_id, caller.subject, requests.clock())
        known = await found.responsible(person_id)
        return answer(ResponsibleStands(person_id, known.holders if known else {}))

    return router


def _asked(division: str) -> tuple[Duty, ...]:
    return ASKED.get(division, ())
