"""XLSX, XLS and ODS as rows of texts: every sheet, row by row; formulas by the values that were saved with them."""

import io
import math
import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, Final, TypeAlias

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from identity.intake.domain import file_refused
from identity.intake.readers.kinds import Kind, broken, password
from identity.intake.readers.limits import Limits
from identity.intake.readers.packages import PackedSheet, look_into

#: Numbers lose digits beyond the fifteenth.
_EXACT_MAX: Final = 10**15
_UNTYPED: Final = re.compile(rb"<table:table-cell((?![^>]*value-type)[^>/]*)>(\s*<text:p)")
_Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta


class Rounded(str):
    """A number of more than fifteen digits: its last ones are lost, and nobody knows which number it was."""

    __slots__ = ()


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet of a workbook. ``merged`` has first and last row and column of ranges, counted from 0."""

    name: str
    rows: Iterator[tuple[int, Sequence[str]]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    is_hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    formulas_without_value: int = 0
    #: How many columns to the left are empty, and not in ``rows``.
    first_column: int = 0


def sheets_of(file: BinaryIO, kind: Kind, limits: Limits) -> Generator[Sheet, None, None]:
    """The sheets of a workbook that hold cells. Raises FileRefusedError on the way."""
    packed = look_into(file, limits) if kind is not Kind.XLS else []
    book = _opened(_with_types(file) if kind is Kind.ODS else file)
    for place, sheet in enumerate(book.sheets_metadata):
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        try:
            found = book.get_sheet_by_index(place)
        except CalamineError as error:
            raise broken(type(error).__name__) from error
        if found.start is None:
            continue
        if found.width > limits.columns:
            raise file_refused(
                "FEED_FILE_TOO_HEAVY",
                f"工作表有 {found.width} 列，最多 {limits.columns} 列；请删去右侧多余的列",
                f"a sheet has {found.width} columns, {limits.columns} at most; delete those to the right of the list",
            )
        inside = _packed_of(packed, place)
        yield Sheet(
            name=sheet.name,
            rows=_rows(found),
            merged=tuple(found.merged_cell_ranges or ()),
            is_hidden=sheet.visible is not SheetVisibleEnum.Visible,
            hidden_rows=tuple(inside.hidden_rows),
            formulas_without_value=inside.formulas_without_value,
            first_column=found.start[1],
        )


def _packed_of(packed: list[PackedSheet], place: int) -> PackedSheet:
    # Excel and WPS number the parts in the order of the sheets; ODS has one part for all of them.
    named = {sheet.part.lower(): sheet for sheet in packed}
    return named.get(f"xl/worksheets/sheet{place + 1}.xml") or named.get("content.xml") or PackedSheet("")


def _with_types(file: BinaryIO) -> BinaryIO:
    """An ODS whose cells say that they are texts: some programs leave that out, and then the cells are not read."""
    file.seek(0)
    with zipfile.ZipFile(file) as packed:
        content = packed.read("content.xml")
        if not _UNTYPED.search(content):
            return file
        typed = io.BytesIO()
        with zipfile.ZipFile(typed, "w", zipfile.ZIP_DEFLATED) as made:
            for name in ("mimetype", "META-INF/manifest.xml"):
                made.writestr(name, packed.read(name))
            made.writestr("content.xml", _UNTYPED.sub(rb'<table:table-cell office:value-type="string"\1>\2', content))
    return typed


def _opened(file: BinaryIO) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise password() from error
    except CalamineError as error:
        raise broken(type(error).__name__) from error


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, Sequence[str]]]:
    for number, values in enumerate(sheet.iter_rows(), start=1):
        yield number, [value if type(value) is str else _text(value) for value in values]


def _text(value: _Value) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number(value)
        case datetime():
            # Lists are of days; a time of day comes of how the cell was made.
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "#NUM!"
    if value == int(value):
        text = str(int(value))
        return Rounded(text) if abs(value) >= _EXACT_MAX else text
    return repr(value)
