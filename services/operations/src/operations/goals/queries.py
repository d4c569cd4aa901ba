"""Questions about goals."""

from typing import Final

from kernel.writing.reads import Reads, checked
from operations.goals.domain import Goal

#: A county's tree is read whole.
GOALS_MAX: Final = 2_000
_COLUMNS: Final = (
    "goal_id, county, level, owner, indicator, at_least_percent, parent_id, hospital_id, township, version, dropped"
)
_ONE_SQL: Final = f"SELECT {_COLUMNS} FROM goals WHERE goal_id = $1"
_TREE_SQL: Final = f"SELECT {_COLUMNS} FROM goals WHERE county = $1 AND NOT dropped ORDER BY goal_id LIMIT $2"
_BELOW_SQL: Final = "SELECT count(*)::text FROM goals WHERE parent_id = $1 AND NOT dropped"


class GoalQueries(Reads):
    """Read-only questions, each bounded."""

    async def one_goal(self, goal_id: str | None) -> Goal | None:
        """A goal as it stands."""
        return None if goal_id is None else await self.one(checked(Goal), _ONE_SQL, goal_id)

    async def goals(self, county: str) -> list[Goal]:
        """A county's goals, in the order of their ids."""
        return await self.many(checked(Goal), _TREE_SQL, county, GOALS_MAX)

    async def below(self, goal_id: str) -> int:
        """How many goals hang on one."""
        return int(await self.text(_BELOW_SQL, goal_id) or 0)
