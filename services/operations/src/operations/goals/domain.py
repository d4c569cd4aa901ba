"""The tree of goals (000 一(三)2): of the organisation, of a department or township, of a person; each with an owner.

A goal says what an indicator has to reach for its owner, of the whole county, of a hospital or of a township; what it
comes to is worked out when somebody asks.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found

Level = Literal["ORGANISATION", "DEPARTMENT", "TOWNSHIP", "PERSON"]
#: What may stand below what; so the tree has no circle.
_RANK: Final = {"ORGANISATION": 0, "DEPARTMENT": 1, "TOWNSHIP": 1, "PERSON": 2}


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A goal as it stands. ``owner`` is a unit's name, or a person's account; It is of one
    hospital or township, or else of the county."""

    goal_id: str
    county: str
    level: Level
    owner: str
    indicator: str
    at_least_percent: str
    parent_id: str | None
    hospital_id: str | None
    township: str | None
    version: int
    dropped: bool = False


class SetGoal(msgspec.Struct, frozen=True):
    """Set a goal, or change it; its version is the one that is changed, 0 for a new one. ``parent`` stands above it."""

    goal: Goal
    parent: Goal | None


class DropGoal(msgspec.Struct, frozen=True):
    """It is no goal any more; ``below`` are those that hang on it."""

    below: int


class GoalSet(msgspec.Struct, frozen=True):
    """A goal was set or changed."""

    goal: Goal


class GoalDropped(msgspec.Struct, frozen=True):
    """A goal was dropped."""

    goal: Goal


GoalEvent = GoalSet | GoalDropped


def decide(command: SetGoal | DropGoal, state: Goal | None) -> Sequence[GoalEvent]:
    """What a command brings about.

    Raises Refused GOAL_UNKNOWN, GOAL_HAS_BELOW, GOAL_CHANGED, GOAL_MISPLACED.
    """
    if isinstance(command, DropGoal):
        if state is None or state.dropped:
            raise not_found("GOAL_UNKNOWN", "there is no such goal")
        if command.below:
            raise conflict("GOAL_HAS_BELOW", f"{command.below} goals hang on {state.goal_id}; drop or move them first")
        return (GoalDropped(msgspec.structs.replace(state, dropped=True, version=state.version + 1)),)
    goal, known = command.goal, 0 if state is None else state.version
    if goal.version != known:
        raise conflict("GOAL_CHANGED", f"{goal.goal_id} is in version {known}, not {goal.version}; look again")
    _check_place(goal, command.parent)
    return (GoalSet(msgspec.structs.replace(goal, version=known + 1)),)


def _check_place(goal: Goal, parent: Goal | None) -> None:
    """The organisation's goals stand on top; each other one below one of a higher level in the same county."""
    if parent is None:
        fits = goal.level == "ORGANISATION"
    else:
        fits = parent.county == goal.county and not parent.dropped and _RANK[parent.level] < _RANK[goal.level]
    if not fits:
        above = "nothing" if parent is None else f"{parent.goal_id} ({parent.level}, {parent.county})"
        detail = f"a goal of level {goal.level} at {goal.county} cannot stand below {above}"
        raise Refused("GOAL_MISPLACED", detail, about={"goal": goal.goal_id})


DECIDER: Final[Decider[SetGoal | DropGoal, Goal | None, GoalEvent]] = Decider(
    None, decide, lambda _state, event: event.goal
)
