"""A service point (服务窗口): of a kind that a document names, at an institution or at the county's station.

A case belongs to the windows that its document gives it to: an out-of-county case to the county's station and nowhere
else (000 一(一)1, 001 二(四)). Staff are accounts, with the department that sent them (抽调人员).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found
from law.packs.rules import ServicePoint as PointRule

Scope: TypeAlias = Literal["in_county", "out_county"]


class Staff(msgspec.Struct, frozen=True):
    """Somebody at a window: the account, and the department that sent the person."""

    account: str
    department: str


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A window as it stands. ``hospital_id`` is None for a station that belongs to no institution."""

    point_id: str
    county: str
    kind: str
    name: str
    accepts: tuple[str, ...]
    clause: str
    hospital_id: str | None
    staff: tuple[Staff, ...]
    since: date
    closed_on: date | None = None
    version: int = 1


class SetPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Enter a window, or change it; ``version`` is the one that is changed, 0 for a new one. ``rule`` is its kind's."""

    point_id: str
    county: str
    name: str
    rule: PointRule
    level: str | None
    hospital_id: str | None
    staff: tuple[Staff, ...]
    version: int
    today: date


class ClosePoint(msgspec.Struct, frozen=True):
    """It accepts nothing from today on."""

    today: date


class PointSet(msgspec.Struct, frozen=True):
    """A window was entered or changed."""

    point: Point


class PointClosed(msgspec.Struct, frozen=True):
    """A window was closed."""

    point: Point


PointEvent = PointSet | PointClosed


def decide(command: SetPoint | ClosePoint, state: Point | None) -> Sequence[PointEvent]:
    """What a command brings about.

    Raises Refused POINT_UNKNOWN, POINT_CLOSED, POINT_CHANGED, POINT_MISPLACED.
    """
    if state is not None and state.closed_on is not None:
        raise conflict("POINT_CLOSED", f"{state.point_id} was closed on {state.closed_on}; enter a new one")
    if isinstance(command, ClosePoint):
        if state is None:
            raise not_found("POINT_UNKNOWN", "there is no such service point")
        return (PointClosed(msgspec.structs.replace(state, closed_on=command.today, version=state.version + 1)),)
    known = 0 if state is None else state.version
    if command.version != known:
        raise conflict("POINT_CHANGED", f"{command.point_id} is in version {known}, not {command.version}; look again")
    _check_place(command)
    rule = command.rule
    point = Point(
        point_id=command.point_id,
        county=command.county,
        kind=rule.name,
        name=command.name,
        accepts=rule.accepts,
        clause=rule.clause,
        hospital_id=command.hospital_id,
        staff=command.staff,
        since=command.today if state is None else state.since,
        version=known + 1,
    )
    return (PointSet(point),)


def _check_place(command: SetPoint) -> None:
    """A kind that the document gives to hospitals of a level lies in one of these."""
    levels = command.rule.levels
    if levels and command.level not in levels:
        where = f"a hospital of level {command.level}" if command.level else "no hospital that is known"
        detail = f"{command.rule.name} belongs to a hospital of level {' or '.join(levels)}, and this is {where}"
        raise Refused("POINT_MISPLACED", detail)


DECIDER: Final[Decider[SetPoint | ClosePoint, Point | None, PointEvent]] = Decider(
    None, decide, lambda _state, event: event.point
)
