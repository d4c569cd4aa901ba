"""Lists of made-up people as a department hands them in: CSV in pieces, or a workbook."""

import io
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import xlsxwriter
from stdnum.cn import ric

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,脱贫状态"
PIECE_ROWS: Final = 10_000


def first_list(people: int) -> Iterator[str]:
    """Everybody, not lifted out of poverty."""
    return (row(n, "NOT_LIFTED") for n in range(people))


def second_list(people: int) -> Iterator[str]:
    """The same with one in a hundred returned to poverty, one in two hundred gone and as many new."""
    for n in range(people):
        if n % 200 != 199:
            yield row(n, "RETURNED" if n % 100 == 0 else "NOT_LIFTED")
    for n in range(people, people + people // 200):
        yield row(n, "NOT_LIFTED")


def row(person: int, status: str) -> str:
    """A made-up person."""
    return f"{number_of(person)},示例{person % 1000},445202,2018-01-01,{status}\n"


def number_of(person: int) -> str:
    """The ID number of a made-up person."""
    day = person % 10_080
    body = f"445202{1950 + day // 336}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}{person // 10_080:03d}"
    return f"{body}{ric.calc_check_digit(body + '0')}"


def entry(person: int) -> dict[str, Any]:
    """A made-up person as an official enters them."""
    number = number_of(person)
    born_on, sex = f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "MALE" if int(number[16]) % 2 else "FEMALE"
    return {"id_number": number, "name": f"示例{person}", "born_on": born_on, "sex": sex, "county": "445202"}


async def pieces(rows: Iterator[str]) -> AsyncIterator[bytes]:
    """The rows as CSV, as it is sent."""
    waiting = [f"{HEADINGS}\n"]
    for line in rows:
        waiting.append(line)
        if len(waiting) == PIECE_ROWS:
            yield "".join(waiting).encode()
            waiting = []
    yield "".join(waiting).encode()


def workbook(rows: Iterator[str]) -> bytes:
    """The rows as an XLSX of texts."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS.split(","))
    for n, line in enumerate(rows, start=1):
        for column, text in enumerate(line.rstrip("\n").split(",")):
            sheet.write_string(n, column, text)
    book.close()
    return made.getvalue()
