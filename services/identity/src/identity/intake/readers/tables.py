"""Tables: what stands below headings becomes rows by column; sums, signatures and repeated headings are left out."""

import re
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

import msgspec

from identity.intake.domain import ROWS_OF_A_SHEET, Notice, Told, both, file_refused, row_refused
from identity.intake.readers.folding import visible
from identity.intake.readers.headings import ID_NUMBER, Headings, check_columns, find_headings
from identity.intake.readers.layout import Layout, RawRow, Stands
from identity.intake.readers.limits import Limits
from identity.intake.readers.nobody import SUMS, Nobody
from identity.intake.readers.texts import Stray
from identity.intake.readers.workbooks import Rounded, Sheet
from kernel.values.refusals import Refused

_QUOTED_FORMULA: Final = re.compile(r'="([^"]*)"')
_BREAKS: Final = re.compile(r"\s*[\r\n\t]+\s*")
_SHOWN_ROWS: Final = 20
#: Whose readers say themselves what a rounded number means.
_MAY_BE_ROUNDED: Final = frozenset(("household", "guardian"))
_DITTO: Final = frozenset(("同上", "〃", "″", "”", "’’", "''", "ditto", "-〃-"))


class Telling:
    """Collects what is to be told of a file while it is read."""

    def __init__(self) -> None:
        self._notices: list[Notice] = []
        self.sheets: list[str] = []

    def add(self, code: str, chinese: str, english: str, sheet: str | None = None) -> None:
        """Tell something."""
        self._notices.append(Notice(code, both(chinese, english), sheet))

    def take(self, notice: Notice | None) -> None:
        """Tell what another part found, if it found anything."""
        if notice is not None:
            self._notices.append(notice)

    def skipped(self, rows: Sequence[int], sheet: str | None) -> None:
        """Tell which rows are no people."""
        if rows:
            named = numbers(rows)
            self.add("ROWS_SKIPPED", f"不是人员的行，未读取：{named}", f"rows that are no people: {named}", sheet)

    @property
    def told(self) -> Told:
        """All of it."""
        return Told(tuple(self._notices), tuple(self.sheets))


class Opened(msgspec.Struct, frozen=True):
    """A sheet whose headings were looked for; its rows begin again from the first."""

    sheet: Sheet
    headings: Headings | None
    rows: Iterator[tuple[int, Sequence[str]]]

    @property
    def is_list(self) -> bool:
        """Whether it has people: a column for their numbers."""
        return self.headings is not None and "id_number" in self.headings.columns


def numbers(rows: Sequence[int]) -> str:
    """Row numbers for people."""
    return "、".join(map(str, rows[:_SHOWN_ROWS])) + ("…" if len(rows) > _SHOWN_ROWS else "")


def counted_through(place: int, number: int) -> int:
    """The number of a row, counted through all sheets that are read; ``place`` counts them from 0."""
    return place * ROWS_OF_A_SHEET + number


def open_sheet(sheet: Sheet, layout: Layout, limits: Limits) -> Opened:
    """Look for the headings of a sheet."""
    first = list(islice(sheet.rows, limits.heading_rows))
    headings = find_headings(first, layout)
    return Opened(sheet, headings, chain(first, sheet.rows))


def holds_numbers(opened: Opened) -> bool:
    """Whether what has no headings has ID numbers all the same; the rows are used up afterwards."""
    return any(ID_NUMBER.search(cell) for _, cells in opened.rows for cell in cells)


def people_of(
    opened: Opened, layout: Layout, telling: Telling, *, place: int, is_ended: bool = True
) -> Generator[RawRow, None, None]:
    """The rows of people of the ``place``-th sheet that is read, counted from 0.

    Raises FileRefusedError FEED_COLUMN_MISSING, FEED_FILE_TRUNCATED.
    """
    headings, sheet = opened.headings, opened.sheet
    assert headings is not None, "only sheets with headings are read"
    check_columns(headings, layout, sheet.name or None)
    telling.take(headings.notice(sheet.name or None))
    table = Table(headings, layout, sheet)
    skipped: list[int] = []
    kept: tuple[int, Sequence[str]] | None = None
    for number, values in opened.rows:
        if number <= headings.row or not any(values):
            continue
        # One row is kept back, because only the last one can have been cut off.
        if kept is not None:
            yield from table.row(kept, place, skipped)
        kept = number, values
    if kept is not None:
        if not is_ended:
            table.check_whole(kept)
        yield from table.row(kept, place, skipped)
    telling.skipped(skipped, sheet.name or None)


class Table:
    """Makes rows by column of a table's rows."""

    def __init__(self, headings: Headings, layout: Layout, sheet: Sheet) -> None:
        self._headings = headings
        self._width = len(headings.columns)
        self._named = [(place, column) for place, column in enumerate(headings.columns) if column is not None]
        self._nobody = Nobody(headings, layout)
        shared = {column.name for column in layout.columns.values() if column.stands is Stands.SHARED}
        self._shared = {place for place, column in self._named if column in shared}
        self._merged = {
            (first[0] + 1, first[1] - sheet.first_column): last[0] + 1
            for first, last in sheet.merged
            if last[0] > first[0]
        }
        self._standing: dict[int, tuple[int, str]] = {}
        #: What each column said last that may say 同上.
        self._above: dict[int, str] = {}

    def row(self, numbered: tuple[int, Sequence[str]], place: int, skipped: list[int]) -> Iterator[RawRow]:
        """The row, unless it is about nobody."""
        number, values = numbered
        if self._merged:
            values = self._filled(number, values)
        cells = {column: text for at, column in self._named if at < len(values) and (text := _clean(values[at]))}
        if self._nobody.is_nobody(values, cells.get("id_number", ""), first=number == self._headings.row + 1):
            skipped.append(number)
            return
        cells = self._as_above(cells)
        counted = counted_through(place, number)
        if any(value.strip() for value in values[self._width :]):
            yield RawRow(counted, cells, self._too_many(len(values)))
        else:
            yield RawRow(counted, cells, _fault(cells))

    def _as_above(self, cells: dict[str, str]) -> dict[str, str]:
        """A row in which 同上 is what the row above says."""
        for at, column in self._named:
            if at not in self._shared or (said := cells.get(column)) is None:
                continue
            if said in _DITTO and at in self._above:
                cells[column] = self._above[at]
            else:
                self._above[at] = said
        return cells

    def is_person(self, numbered: tuple[int, Sequence[str]]) -> bool:
        """Whether a row below the headings is about somebody."""
        return any(True for _ in self.row(numbered, 0, []))

    def check_whole(self, numbered: tuple[int, Sequence[str]]) -> None:
        """Raise FileRefusedError FEED_FILE_TRUNCATED where a last line without end lacks columns that are read."""
        number, values = numbered
        there = sum(at < len(values) for at, _ in self._named)
        if there < len(self._named) and _clean(values[0]) not in SUMS:
            raise file_refused(
                "FEED_FILE_TRUNCATED",
                "最后一行不完整，文件可能被截断；请重新导出完整的文件",
                "the last row breaks off; send the whole file",
                number,
            )

    def _filled(self, number: int, values: Sequence[str]) -> Sequence[str]:
        filled = list(values)
        for at in self._shared:
            if at >= len(filled):
                continue
            if (last := self._merged.get((number, at))) is not None:
                self._standing[at] = last, filled[at]
            elif at in self._standing and number <= self._standing[at][0] and not filled[at].strip():
                filled[at] = self._standing[at][1]
        return filled

    def _too_many(self, cells: int) -> Refused:
        return row_refused(
            "ROW_CELL_COUNT",
            f"这一行有 {cells} 个单元格，表头只有 {self._width} 列；地址等文字里的分隔符要加引号",
            f"the row has {cells} cells, but there are {self._width} columns",
        )


def cells_by_column(number: int, values: Mapping[str, str]) -> RawRow:
    """A row from its cells by column; what no reader may see is the row's own reason."""
    cells = {column: text for column, value in values.items() if (text := _clean(value))}
    return RawRow(number, cells, _fault(cells))


def _clean(value: str) -> str:
    """A cell without space around it and what only exports add: an apostrophe, or a formula that is only a text."""
    if type(value) is not str:
        return value
    text = value.strip()
    if not text:
        return ""
    if text[0] in "'‘’`" and len(text) > 1:
        text = text[1:].strip()
    elif text[0] == "=" and (inner := _QUOTED_FORMULA.fullmatch(text)):
        text = inner[1].strip()
    if not text.isprintable():
        # Characters that show nothing go from the ends only: inside they are kept as written.
        text = _BREAKS.sub(" ", text)
        if not visible(text):
            return ""
    return text


def _fault(cells: Mapping[str, str]) -> Refused | None:
    """Why no reader may see a row's cells."""
    for column, text in cells.items():
        if isinstance(text, Rounded) and column not in _MAY_BE_ROUNDED:
            return _rounded(column)
        if isinstance(text, Stray) and column in {"id_number", "name"}:
            return row_refused(
                "ROW_QUOTE_STRAY",
                f"{column} 里有多余的引号，请删去",
                f"there is a stray quotation mark in {column}; take it out",
            )
        if text[0] == "=":
            return row_refused("ROW_FORMULA", f"{column} 是公式，请改成数值", f"{column} is a formula; write its value")
        if not text.isprintable() and any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            return row_refused(
                "ROW_UNPRINTABLE",
                f"{column} 里有看不见的控制字符，请重新输入",
                f"{column} holds control characters",
            )
    return None


def _rounded(column: str) -> Refused:
    if column == "id_number":
        return row_refused(
            "ID_NUMBER_ROUNDED",
            "身份证号被存成了数字，超过 15 位的部分已丢失；请把该列设为文本格式后重新填写完整号码",
            "the ID number was kept as a number, which loses all digits after the fifteenth; format the column as text "
            "and write the numbers anew",
        )
    return row_refused(
        "CELL_ROUNDED",
        f"{column} 被存成了数字，超过 15 位的部分已丢失；请设为文本格式后重新填写",
        f"{column} was kept as a number and lost its last digits; format the column as text and write it anew",
    )
