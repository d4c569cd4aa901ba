"""Marked rows as a workbook, row by row: a list of a million people takes no more memory than one of ten."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, BinaryIO, Final

import msgspec
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from identity.intake.returning.marked import MarkedRow

_NAME_MAX: Final = 31
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_DEFAULT_NAME: Final = "名单"
_ROWS_MAX: Final = 1_048_576
_WIDTH: Final = 14
_NUMBER_WIDTH: Final = 22
#: Headings of columns that hold long numbers.
_NUMBERS: Final = ("证", "卡号", "号码", "地址", "住址")
_REMARK_WIDTH: Final = 60
_LINE_POINTS: Final = 15


class Beside(msgspec.Struct, frozen=True):
    """A sheet behind the lists, such as people whom a list no longer names."""

    headings: Sequence[str]
    rows: AsyncIterator[list[Sequence[str]]]


class MarkedWorkbook:
    """A workbook that is written to a file; ``close`` ends it."""

    def __init__(self, file: BinaryIO, sheets: Sequence[str], beside: str = "") -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._names = _sheet_names([*(sheets or [_DEFAULT_NAME]), beside])
        self._sheet: Worksheet | None = None
        self._place = -1
        self._row = 0
        self._text = self._book.add_format({"num_format": "@"})
        self._heading = self._book.add_format({"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#E7EEF7"})
        self._wrong = self._book.add_format({"num_format": "@", "bg_color": "#FBE3E0", "valign": "top"})
        self._remark = self._book.add_format({"num_format": "@", "bg_color": "#FBE3E0", "text_wrap": True})

    async def lists(self, rows: AsyncIterator[list[MarkedRow]]) -> None:
        """Write the lists of the file."""
        async for some in rows:
            await asyncio.to_thread(self._write, some)

    async def beside(self, beside: Beside) -> None:
        """Write a sheet behind the lists, unless it has no rows."""
        sheet: Worksheet | None = None
        async for some in beside.rows:
            if sheet is None:
                sheet = self._begin(self._names[-1])
                self._put(beside.headings, self._heading)
                sheet.set_column(0, len(beside.headings) - 1, _NUMBER_WIDTH)
            for cells in some:
                self._put(cells, self._text)

    async def close(self) -> None:
        """Write the end."""
        if self._sheet is None:
            self._begin(self._names[0])
        await asyncio.to_thread(self._book.close)

    def _write(self, rows: Iterable[MarkedRow]) -> None:
        for row in rows:
            if row.place != self._place:
                self._begin(self._names[row.place])
                self._place = row.place
            if row.mark is not None and row.mark.is_wrong:
                self._put_wrong(row)
            else:
                self._put(row.cells, self._heading if row.is_heading else self._text)
            if row.is_heading:
                self._arrange(row)

    def _begin(self, name: str) -> Worksheet:
        self._sheet, self._row = self._book.add_worksheet(name), 0
        return self._sheet

    def _put(self, cells: Sequence[str], form: Any) -> None:
        assert self._sheet is not None, "a sheet is begun first"
        for column, text in enumerate(cells):
            if text and self._row < _ROWS_MAX:
                self._sheet.write_string(self._row, column, text, form)
        self._row += 1

    def _put_wrong(self, row: MarkedRow) -> None:
        """A row that stands out whole, with room for its remark."""
        assert self._sheet is not None, "a sheet is begun first"
        if self._row < _ROWS_MAX:
            self._sheet.set_row(self._row, _LINE_POINTS * _lines(row.cells[row.marked_at + 1]))
            for column, text in enumerate(row.cells):
                form = self._remark if column == row.marked_at + 1 else self._wrong
                if text:
                    self._sheet.write_string(self._row, column, text, form)
                else:
                    self._sheet.write_blank(self._row, column, None, form)
        self._row += 1

    def _arrange(self, row: MarkedRow) -> None:
        """Widths that show whole numbers and remarks, and headings that stay in sight."""
        assert self._sheet is not None, "a sheet is begun first"
        for column, heading in enumerate(row.cells):
            is_long = any(sign in heading for sign in _NUMBERS)
            self._sheet.set_column(column, column, _NUMBER_WIDTH if is_long else _WIDTH)
        self._sheet.set_column(row.marked_at + 1, row.marked_at + 1, _REMARK_WIDTH)
        self._sheet.freeze_panes(self._row, 0)
        self._sheet.repeat_rows(self._row - 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)


def _lines(remark: str) -> int:
    """How many lines a remark takes in its column; a Chinese character is as wide as two others."""
    width = sum(1 if letter.isascii() else 2 for letter in remark)
    return 1 + width // _REMARK_WIDTH


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Names as a workbook takes them: short, without signs, each once."""
    given: dict[str, str] = {}
    for name in names:
        plain = _NO_NAME.sub("", name).strip()[:_NAME_MAX] or _DEFAULT_NAME
        others = (plain, *(f"{plain[: _NAME_MAX - 5]} {again}" for again in range(2, len(names) + 2)))
        free = next(other for other in others if other.casefold() not in given)
        given[free.casefold()] = free
    return list(given.values())
