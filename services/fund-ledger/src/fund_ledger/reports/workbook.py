"""A sheet as a workbook that looks as offices expect: title, unit, period, sums, signatures, ready to be printed."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter

from fund_ledger.reports.domain import Cell, Column, Shape, Sheet

_FORMATS: Final[Mapping[Shape, str]] = {"money": "#,##0.00;[Red]-#,##0.00", "day": "yyyy-mm-dd", "text": "@"}
_ALIGN: Final[Mapping[Shape, str]] = {"money": "right", "day": "center", "text": "left"}
_WIDTHS: Final[Mapping[Shape, int]] = {"money": 17, "day": 12, "text": 20}
_SIGNATURES: Final = ("制表：", "复核：", "负责人：", "（盖章）")
_HEAD_ROW: Final = 3
_WIDE_COLUMNS: Final = 5
_A4: Final = 9
_ROW_HEIGHT: Final = 19


def workbook(sheet: Sheet) -> bytes:
    """The bytes of a workbook of one sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": sheet.title})
        page = book.add_worksheet("报表")
        _arrange(page, sheet)
        _head(book, page, sheet)
        row = _HEAD_ROW + 1
        forms = _forms(book, bold=False)
        for cells in sheet.rows:
            _write(page, row, cells, sheet.columns, forms)
            row += 1
        _write(page, row, sheet.sums, sheet.columns, _forms(book, bold=True))
        step = max(1, len(sheet.columns) // len(_SIGNATURES))
        for number, text in enumerate(_SIGNATURES):
            page.write_string(row + 2, min(number * step, len(sheet.columns) - 1), text)
        page.print_area(0, 0, row + 2, len(sheet.columns) - 1)
    return file.getvalue()


def _arrange(page: Any, sheet: Sheet) -> None:
    page.set_paper(_A4)
    if len(sheet.columns) > _WIDE_COLUMNS:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_default_row(_ROW_HEIGHT)
    page.repeat_rows(_HEAD_ROW)
    page.freeze_panes(_HEAD_ROW + 1, 1)
    page.set_footer("&C第 &P 页，共 &N 页")
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _WIDTHS[column.shape])


def _head(book: Any, page: Any, sheet: Sheet) -> None:
    last = len(sheet.columns) - 1
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    heading = book.add_format(
        {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#EEEEEE"}
    )
    page.set_row(0, 30)
    page.merge_range(0, 0, 0, last, sheet.title, title)
    page.write_string(1, 0, f"单位：{sheet.place}")
    page.write_string(2, 0, f"期间：{sheet.period}")
    page.write_string(2, last, "金额单位：元", book.add_format({"align": "right"}))
    page.set_row(_HEAD_ROW, 24)
    for place, column in enumerate(sheet.columns):
        page.write_string(_HEAD_ROW, place, column.title, heading)


def _forms(book: Any, *, bold: bool) -> dict[Shape, Any]:
    looks = {"border": 1, "valign": "vcenter", "bold": bold, "shrink": True}
    return {
        shape: book.add_format({"num_format": form, "align": _ALIGN[shape], **looks})
        for shape, form in _FORMATS.items()
    }


def _write(page: Any, row: int, cells: Sequence[Cell], columns: Sequence[Column], forms: Mapping[Shape, Any]) -> None:
    for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        form = forms[column.shape]
        match cell:
            case None:
                page.write_blank(row, place, None, form)
            case int():
                # A spreadsheet has no whole fen: 15 digits of a float hold every amount that there may be.
                page.write_number(row, place, cell / 100, form)
            case date():
                page.write_datetime(row, place, cell, form)
            case _:
                # As a text, whatever it begins with: no formula comes out of the books.
                page.write_string(row, place, cell, form)
