"""A sheet as a workbook that looks as offices expect: title, unit, period, sums, signatures, ready to be printed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, BinaryIO, Final

import xlsxwriter

from operations.reports.domain.sheet import SIGNATURES, Cell, Column, Shape, Sheet

_WIDTHS: Final = {"text": 14, "count": 8, "money": 13, "percent": 10, "day": 12}
_FORMATS: Final = {"money": "#,##0.00", "count": "0", "percent": "0.00", "day": "yyyy-mm-dd", "text": "@"}
_HEAD_ROW: Final = 3
_WIDE_COLUMNS: Final = 8
_NAME_MAX: Final = 31


def write_workbook(sheet: Sheet, file: BinaryIO, *, version: int = 1) -> None:
    """Write a sheet; the same sheet gives the same bytes. Row by row, so that a long one takes no more memory.

    ``version`` above one is marked as a correction (更正).
    """
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": _FORMATS["day"]}) as book:
        book.set_properties({"title": sheet.title, "created": datetime.combine(sheet.ended_on, time.min, UTC)})
        page = book.add_worksheet(sheet.period[:_NAME_MAX])
        _arrange(page, sheet)
        _head(book, page, sheet, version)
        forms = {column.shape: _cell_format(book, column) for column in sheet.columns}
        row = _HEAD_ROW + 1
        for cells in sheet.rows:
            _write(page, row, cells, sheet.columns, forms)
            row += 1
        if sheet.sums:
            bold = {column.shape: _cell_format(book, column, bold=True) for column in sheet.columns}
            _write(page, row, sheet.sums, sheet.columns, bold)
            row += 1
        _foot(book, page, sheet, row)


def _arrange(page: Any, sheet: Sheet) -> None:
    page.set_paper(9)  # A4
    if len(sheet.columns) > _WIDE_COLUMNS:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4)
    page.repeat_rows(_HEAD_ROW)
    page.freeze_panes(_HEAD_ROW + 1, 1)
    page.set_footer("&C第 &P 页，共 &N 页")
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(_WIDTHS[column.shape], 2 * len(column.title) + 2))
    last = _HEAD_ROW + len(sheet.rows) + bool(sheet.sums) + len(sheet.notes) + 2
    page.print_area(0, 0, last, len(sheet.columns) - 1)


def _head(book: Any, page: Any, sheet: Sheet, version: int) -> None:
    last = len(sheet.columns) - 1
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    heading = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    page.set_row(0, 30)
    corrected = f"（更正，第{version}版）" if version > 1 else ""
    page.merge_range(0, 0, 0, last, f"{sheet.title}{corrected}", title)
    page.write_string(1, 0, f"填报单位：{sheet.area}")
    page.write_string(2, 0, f"所属期间：{sheet.period}")
    page.write_string(2, last, f"单位：{sheet.unit}", book.add_format({"align": "right"}))
    page.set_row(_HEAD_ROW, 32)
    for place, column in enumerate(sheet.columns):
        page.write_string(_HEAD_ROW, place, column.title, heading)


def _foot(book: Any, page: Any, sheet: Sheet, row: int) -> None:
    small = book.add_format({"font_size": 9, "italic": True})
    for note in sheet.notes:
        page.write_string(row, 0, note, small)
        row += 1
    step = max(1, len(sheet.columns) // len(SIGNATURES))
    places = [place * step for place in range(len(SIGNATURES)) if place * step < len(sheet.columns)]
    for place, text in zip(places, SIGNATURES, strict=False):
        page.write_string(row + 1, place, text)


def _cell_format(book: Any, column: Column, *, bold: bool = False) -> Any:
    align = {"text": "left", "day": "center", "count": "center"}.get(column.shape, "right")
    # Long names and numbers are set smaller rather than cut off.
    shrink = column.shape == "text"
    form = {"num_format": _FORMATS[column.shape], "border": 1, "align": align, "bold": bold, "shrink": shrink}
    return book.add_format(form)


def _write(page: Any, row: int, cells: Sequence[Cell], columns: Sequence[Column], forms: Mapping[Shape, Any]) -> None:
    for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        form = forms[column.shape]
        if cell is None:
            page.write_blank(row, place, None, form)
        elif column.shape == "money" and isinstance(cell, int):
            # A spreadsheet has no whole fen: 15 digits of a float hold every amount that there may be.
            page.write_number(row, place, cell / 100, form)
        elif column.shape == "percent":
            page.write_number(row, place, float(str(cell)), form)
        elif isinstance(cell, int):
            page.write_number(row, place, cell, form)
        elif column.shape == "day":
            page.write_datetime(row, place, cell, form) if not isinstance(cell, str) else page.write_string(
                row, place, cell, form
            )
        else:
            page.write_string(row, place, str(cell), form)
