"""Read tables of the monthly comparison: townships, what was compared and pushed, and the tasks of the work list."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, SmallInteger, Table, Text

TABLES: Final = MetaData()

person_townships: Final = Table(
    "person_townships",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("township", Text, nullable=False),
)

comparisons: Final = Table(
    "comparisons",
    TABLES,
    Column("comparison_id", Text, primary_key=True),
    Column("area", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("compared_on", Date, nullable=False),
    Column("due_on", Date),
    Column("made_by", Text, nullable=False),
    Column("registered", Integer, nullable=False),
    Column("exceptions", Integer, nullable=False),
    Column("enrolled", Integer, nullable=False),
    Column("not_enrolled", Integer, nullable=False),
    Column("payment_list_id", Text),
    Index("comparisons_of_area", "area", "month"),
)

comparison_pushes: Final = Table(
    "comparison_pushes",
    TABLES,
    Column("comparison_id", Text, primary_key=True),
    Column("pushed_on", Date, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("pushed_by", Text, nullable=False),
)

tasks: Final = Table(
    "tasks",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("responsible", Text, nullable=False),
    Column("assigned_on", Date, nullable=False),
    Column("visited_on", Date),
    Column("note", Text),
)
