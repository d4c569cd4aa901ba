"""Goals over HTTP: the tree with who answers for what, what is to be reached, and what it comes to in a period."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    tagged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found
from law.packs import PackLibrary
from law.packs.rules import Indicator
from operations.goals.commands import GoalCommands
from operations.goals.domain import DropGoal, Goal, Level, SetGoal
from operations.goals.queries import GoalQueries
from operations.indicators.domain.measures import MEASURES, Line
from operations.indicators.domain.shares import reaches
from operations.indicators.queries import IndicatorQueries
from operations.periods.domain import PERIOD_PATTERN, period

CODES: Final = (
    ErrorCode("GOAL_UNKNOWN", 404, "No such goal"),
    ErrorCode("GOAL_CHANGED", 409, "Somebody has changed it meanwhile"),
    ErrorCode("GOAL_HAS_BELOW", 409, "Other goals hang on it"),
    ErrorCode("GOAL_MISPLACED", 422, "The goal cannot stand there"),
    ErrorCode("INDICATOR_UNKNOWN", 422, "No such indicator in percent"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
Percent = Annotated[str, msgspec.Meta(pattern=r"^(100|[0-9]{1,2})(\.[0-9]{1,2})?$")]
Township = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{9}$")]
Owner = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class GoalBody(RequestBody, frozen=True, kw_only=True):
    """What an indicator is to reach, and who answers. ``version`` is the one you have seen, 0 for a new one."""

    goal_id: Identifier
    county: DivisionCode
    level: Level
    owner: Owner
    indicator: Identifier
    at_least_percent: Percent
    parent_id: Identifier | None = None
    hospital_id: Identifier | None = None
    township: Township | None = None
    version: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class GoalStands(Wire, frozen=True):
    """Where the goal stands now."""

    goal_id: str
    version: int


class GoalLine(Wire, frozen=True, kw_only=True):
    """A goal of the tree: ``depth`` is 0 on top; ``value`` is null where there was nothing to measure."""

    goal_id: str
    depth: int
    level: Level
    owner: str
    indicator: str
    title: str
    hospital_id: str | None
    township: str | None
    at_least_percent: str
    value: str | None
    reached: bool | None
    version: int


class Performance(Wire, frozen=True):
    """A county's tree in a period, each goal followed by those below it."""

    county: str
    period: str
    items: tuple[GoalLine, ...]


def goals(
    commands: GoalCommands, found: GoalQueries, indicators: IndicatorQueries, library: PackLibrary, requests: Requests
) -> Router:
    """The routes of /v1/goals."""
    router = Router(prefix="/v1/goals", tags=["goals"])

    @router.post("")
    async def set_goal(caller: Officer, command: Sent[GoalBody], key: IdempotencyKey) -> Json[GoalStands]:
        """Set a goal or change it; a goal without an owner there is not."""
        caller.must_act_in(command.county)
        known = await found.one_goal(command.goal_id)
        if known is not None:
            caller.must_act_in(known.county)
        measure = MEASURES.get(command.indicator)
        if measure is None or measure.unit != "percent":
            names = ", ".join(name for name, one in MEASURES.items() if one.unit == "percent")
            raise Refused("INDICATOR_UNKNOWN", f"{command.indicator} is none of {names}")
        parent = await found.one_goal(command.parent_id)
        if command.parent_id is not None and parent is None:
            raise not_found("GOAL_UNKNOWN", f"there is no goal {command.parent_id} to stand below")
        goal = Goal(**{name: getattr(command, name) for name in GoalBody.__struct_fields__})
        return answered(await commands.do(requests.by(caller, key), command.goal_id, SetGoal(goal, parent)))

    @router.post("/{goal_id}/dropping")
    async def drop(goal_id: NameInPath, caller: Officer, key: IdempotencyKey) -> Json[GoalStands]:
        """Drop a goal on which no other hangs."""
        known = await found.one_goal(goal_id)
        if known is None:
            raise not_found("GOAL_UNKNOWN", f"there is no goal {goal_id}", goal=goal_id)
        caller.must_act_in(known.county)
        said = DropGoal(await found.below(goal_id))
        return answered(await commands.do(requests.by(caller, key), goal_id, said))

    @router.get("")
    async def performance(
        caller: Reader,
        request: Request,
        county: CountyQuery,
        of: Annotated[str, Query(pattern=PERIOD_PATTERN, description="2019, 2019-H1, 2019-Q3 or 2019-08")],
    ) -> Json[Performance]:
        """A county's whole tree as it stands now, with what each goal comes to in a period as known at its end.

        Of a period that has not ended it is what is known by now.
        """
        caller.must_act_in(county)
        tree = await found.goals(county)
        asked = tuple({goal.indicator: Indicator(name=goal.indicator, clause="000 一(三)2") for goal in tree}.values())
        lines = await indicators.asked_for(library, county, period(of), asked)
        return tagged(request, answer(Performance(county, of, tuple(_lines(tree, lines)))))

    return router


def _lines(tree: Sequence[Goal], lines: Mapping[tuple[str, str], Line]) -> Iterator[GoalLine]:
    """Each goal followed by those below it; one whose goal above was dropped does not exist."""
    below: dict[str | None, list[Goal]] = {}
    for goal in tree:
        below.setdefault(goal.parent_id, []).append(goal)

    def walk(parent: str | None, depth: int) -> Iterator[GoalLine]:
        for goal in below.get(parent, ()):
            yield _line(goal, depth, lines.get((goal.township or goal.hospital_id or goal.county, goal.indicator)))
            yield from walk(goal.goal_id, depth + 1)

    return walk(None, 0)


def _line(goal: Goal, depth: int, line: Line | None) -> GoalLine:
    share = None if line is None else line.exact
    return GoalLine(
        goal_id=goal.goal_id,
        depth=depth,
        level=goal.level,
        owner=goal.owner,
        indicator=goal.indicator,
        title=MEASURES[goal.indicator].title,
        hospital_id=goal.hospital_id,
        township=goal.township,
        at_least_percent=goal.at_least_percent,
        value=None if line is None else line.value,
        reached=None if share is None else reaches(share, Decimal(goal.at_least_percent)),
        version=goal.version,
    )
