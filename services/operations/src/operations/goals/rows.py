"""Rows: goals as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.goals.domain import Goal, GoalDropped, GoalSet

TABLES: Final = MetaData()

goals: Final = Table(
    "goals",
    TABLES,
    *columns_of(Goal, "goal_id", level=Text),
    Index("goals_county", "county", "goal_id"),
    Index("goals_parent", "parent_id"),
)

ROWS: Final[RowsByEvent] = dict.fromkeys((GoalSet, GoalDropped), one_row(goals, "goal"))
