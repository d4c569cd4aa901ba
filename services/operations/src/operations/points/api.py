"""Service points over HTTP: which windows a county has, who sits there, and where a case belongs."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

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
    tagged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath, Text, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found
from law.packs import PackLibrary
from law.packs.rules import ServicePoint as PointRule
from operations.points.commands import PointCommands
from operations.points.domain import ClosePoint, Point, Scope, SetPoint, Staff
from operations.points.queries import PointQueries

CODES: Final = (
    ErrorCode("POINT_UNKNOWN", 404, "No such service point"),
    ErrorCode("POINT_CLOSED", 409, "The service point is closed"),
    ErrorCode("POINT_CHANGED", 409, "Somebody has changed it meanwhile"),
    ErrorCode("POINT_MISPLACED", 422, "Such a window does not belong there"),
    ErrorCode("POINT_KIND_UNKNOWN", 422, "No document in force there has such a window"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
ScopeFilter = Annotated[str, Query(pattern=r"^(in_county|out_county)?$")]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class StaffBody(RequestBody, frozen=True):
    """An account at the window, and the department that sent its holder."""

    account: Identifier
    department: ShortText


class PointBody(RequestBody, frozen=True, kw_only=True):
    """A window of a ``kind`` that the county's document has. ``version`` is the one you have seen, 0 for a new one."""

    point_id: Identifier
    county: DivisionCode
    kind: Text
    name: Text
    hospital_id: Identifier | None = None
    staff: Annotated[tuple[StaffBody, ...], msgspec.Meta(max_length=50)] = ()
    version: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class PointStands(Wire, frozen=True):
    """Where the window stands now."""

    point_id: str
    version: int


class StaffAnswer(Wire, frozen=True):
    """Somebody at the window."""

    account: str
    department: str


class PointAnswer(Wire, frozen=True, kw_only=True):
    """A window: what it accepts by which clause, where it is, who sits there."""

    point_id: str
    county: str
    kind: str
    name: str
    accepts: tuple[str, ...]
    clause: str
    hospital_id: str | None
    staff: tuple[StaffAnswer, ...]
    since: date
    closed_on: date | None
    version: int


class Acceptance(Wire, frozen=True):
    """Whether a window accepts a case of this kind, and the county's windows that do (at most ten)."""

    accepts: bool
    windows: tuple[str, ...]


def service_points(commands: PointCommands, found: PointQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/service-points."""
    router = Router(prefix="/v1/service-points", tags=["service points"])

    async def seen(caller: Principal, point_id: str) -> Point:
        point = await found.one_point(point_id)
        if point is None:
            raise not_found("POINT_UNKNOWN", f"there is no service point {point_id}", point=point_id)
        caller.must_act_in(point.county)
        return point

    @router.post("")
    async def set_point(caller: Officer, command: Sent[PointBody], key: IdempotencyKey) -> Json[PointStands]:
        """Enter a window or change it, such as its staff."""
        caller.must_act_in(command.county)
        known = await found.one_point(command.point_id)
        if known is not None:
            caller.must_act_in(known.county)
        said = SetPoint(
            point_id=command.point_id,
            county=command.county,
            name=command.name,
            rule=_rule(library, command.county, command.kind, requests.today),
            level=await found.level_of(command.hospital_id),
            hospital_id=command.hospital_id,
            staff=tuple(Staff(one.account, one.department) for one in command.staff),
            version=command.version,
            today=requests.today,
        )
        return answered(await commands.do(requests.by(caller, key), command.point_id, said))

    @router.post("/{point_id}/closing")
    async def close(point_id: NameInPath, caller: Officer, key: IdempotencyKey) -> Json[PointStands]:
        """Close a window."""
        await seen(caller, point_id)
        return answered(await commands.do(requests.by(caller, key), point_id, ClosePoint(requests.today)))

    @router.get("")
    async def list_points(
        caller: Reader, page: ById, request: Request, county: CountyQuery, accepts: ScopeFilter = ""
    ) -> Json[Page[PointAnswer]]:
        """A county's open windows in the order of their ids."""
        caller.must_act_in(county)
        rows = await found.points(county, after_of(page), accepts, page.limit + 1)
        return tagged(request, paged([_told(row) for row in rows], page, "point_id"))

    @router.get("/{point_id}/acceptance")
    async def accepts(point_id: NameInPath, caller: Reader, case: Scope) -> Json[Acceptance]:
        """Whether a case in or out of the county belongs to this window, and otherwise where it belongs."""
        point = await seen(caller, point_id)
        others = await found.points(point.county, "", case, 10)
        fits = case in point.accepts and point.closed_on is None
        return answer(Acceptance(fits, tuple(one.point_id for one in others)))

    return router


def _rule(library: PackLibrary, county: str, kind: str, today: date) -> PointRule:
    """The kind of window of the county's documents; raises Refused POINT_KIND_UNKNOWN."""
    rules = [rule for policy in library.candidates(county, today) for rule in policy.file.service_points]
    for rule in rules:
        if rule.name == kind:
            return rule
    kinds = "、".join(rule.name for rule in rules) or "none"
    raise Refused("POINT_KIND_UNKNOWN", f"the documents in force at {county} have no window {kind}; they have {kinds}")


def _told(point: Point) -> PointAnswer:
    same = {name: getattr(point, name) for name in point.__struct_fields__ if name != "staff"}
    return PointAnswer(**same, staff=tuple(StaffAnswer(one.account, one.department) for one in point.staff))
