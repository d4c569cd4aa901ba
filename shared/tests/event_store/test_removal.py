"""Rows that are taken away: the last change of a key counts, in memory and in the database."""

from datetime import date

import asyncpg
import pytest
from sqlalchemy import Column, Date, MetaData, Table, Text

from kernel.writing.read_tables import SUMMED, Change, collapse, put, remove, removed, write

_metadata = MetaData()
DAYS = Table(
    "days",
    _metadata,
    Column("name", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("said", Text, nullable=False),
)
SUMS = Table("sums", _metadata, Column("name", Text, primary_key=True), info=SUMMED)
MONDAY, TUESDAY = date(2019, 7, 1), date(2019, 7, 2)


def test_the_last_change_of_a_key_counts() -> None:
    first, gone = put(DAYS, name="a", day=MONDAY, said="x"), remove(DAYS, name="a", day=MONDAY)
    other = put(DAYS, name="a", day=TUESDAY, said="y")
    kept: list[Change] = [gone, other, first]
    assert (collapse(kept)[DAYS], removed(kept)) == ([first.row, other.row], {})
    emptied: list[Change] = [first, other, gone]
    assert (collapse(emptied)[DAYS], removed(emptied)) == ([other.row], {DAYS: [("a", MONDAY)]})
    assert collapse([first, gone]) == {}


def test_a_row_that_others_add_to_cannot_be_taken_away() -> None:
    with pytest.raises(AssertionError, match="summed"):
        remove(SUMS, name="a")


async def test_the_database_forgets_exactly_the_rows_named(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("CREATE TABLE days (name text, day date, said text, PRIMARY KEY (name, day))")
        rows = [put(DAYS, name=name, day=day, said="x") for name in "ab" for day in (MONDAY, TUESDAY)]
        await write(connection, rows)
        changes: list[Change] = [remove(DAYS, name="a", day=TUESDAY), remove(DAYS, name="c", day=MONDAY)]
        await write(connection, [*changes, put(DAYS, name="b", day=TUESDAY, said="y")])
        left = await connection.fetch("SELECT name, day, said FROM days ORDER BY name, day")
        assert [tuple(row) for row in left] == [("a", MONDAY, "x"), ("b", MONDAY, "x"), ("b", TUESDAY, "y")]
    finally:
        await connection.close()
