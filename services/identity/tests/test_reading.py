"""A file is read once: what is applied afterwards is what was read, row by row."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from typing import Final

import pytest
from stdnum.cn import ric

from identity.comparison.domain.payment_row import payment_form
from identity.feeds.domain.row import LAYOUT, FeedRow, FileDescription, feed_form, read_row
from identity.intake.domain import FileRefusedError, Unread
from identity.intake.readers import child
from identity.intake.reading import Reading
from identity.persons.domain.categories import Category, Department

TODAY: Final = date(2019, 8, 1)
NUMBER: Final = "44520219600101002" + ric.calc_check_digit("445202196001010020")
FILE: Final = FileDescription(
    department=Department.CIVIL_AFFAIRS, category=Category.DIBAO, evidence="feed 1", stated="20190701", today=TODAY
)
HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,联系电话"
ROWS: Final = 12_000


@contextmanager
def reading_of(*lines: str) -> Iterator[Reading[FeedRow]]:
    with tempfile.TemporaryFile() as file:
        file.write("\n".join([HEADINGS, *lines, ""]).encode())
        with closing(Reading(FeedRow, file, "text/csv", partial(feed_form, FILE))) as reading:
            yield reading


def line(row: int, begins: str = "2018-01-01") -> str:
    return f"{NUMBER},示例{row},445202,{begins},{row}"


@pytest.fixture
def many() -> Iterator[Reading[FeedRow]]:
    # Row 5 has a day that there is not.
    with reading_of(*(line(n, "2018-02-30" if n == 5 else "2018-01-01") for n in range(2, ROWS + 2))) as found:
        yield found


async def test_what_is_applied_is_what_was_compared(many: Reading[FeedRow]) -> None:
    staged = [row async for piece in many.pieces(lambda number, _row: number) for _, row in piece]
    assert staged == list(range(2, ROWS + 2))
    first, later = many.good([2, 3, 5, 9]), many.good([10_000, ROWS + 1])
    assert {number: row.phone for number, row in (first | later).items()} == {
        2: "2", 3: "3", 9: "9", 10_000: "10000", ROWS + 1: str(ROWS + 1)
    }  # fmt: skip
    assert first[2] == read_row(dict(zip(("id_number", "name", "county", "valid_from", "phone"),
                                         line(2).split(","), strict=True)), FILE)  # fmt: skip


async def test_rows_come_group_by_group_after_those_that_are_done(many: Reading[FeedRow]) -> None:
    await many.again()
    assert [number for number, _ in many.after(3, 3)] == [4, 5, 6]
    ((number, row),) = many.after(3, 1)
    assert (number, isinstance(row, FeedRow)) == (7, True)
    left = [many.after(3, ROWS), many.after(3, ROWS)]
    assert [len(rows) for rows in left] == [ROWS - 6, 0]


async def test_a_row_that_cannot_be_read_is_kept_with_its_reason_and_whom_it_names() -> None:
    with reading_of(line(2, "2018-02-30"), line(3).replace(NUMBER, "1")) as reading:
        await reading.again()
        (_, wrong_day), (_, wrong_number) = reading.after(0, 2)
        assert isinstance(wrong_day, Unread)
        assert isinstance(wrong_number, Unread)
        assert (wrong_day.code, wrong_day.number) == ("DATE_MALFORMED", NUMBER)
        assert (wrong_number.code, wrong_number.number) == ("ID_NUMBER_MALFORMED", None)
        assert NUMBER not in repr(wrong_day)
        with pytest.raises(FileRefusedError, match="no row can be read"):
            reading.check_any_good()


def test_each_column_of_a_departments_file_is_kept_or_compared_with_the_id_number() -> None:
    assert LAYOUT.columns.keys() - {"sex", "born_on", "state", "is_dead"} == set(FeedRow.__struct_fields__)


def test_a_process_that_reads_a_file_loads_no_more_than_reading_takes() -> None:
    """One is begun for each file: what a service is made of takes a second of a processor to load."""
    forms = {feed_form.__module__, payment_form.__module__}
    told = f"import sys, {child.__name__}, {', '.join(forms)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-I", "-c", told], capture_output=True, check=True, text=True)
    heavy = {"fastapi", "starlette", "asyncpg", "sqlalchemy", "structlog", "law", "kernel.http", "kernel.writing"}
    assert not heavy & set(loaded.stdout.split())
