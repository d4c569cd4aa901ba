"""The answer as a file: JSON, a workbook, or Parquet where that is installed."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec
import xlsxwriter

from kernel.values.money import FEN_PER_YUAN
from onestop.what_if.run import Answer
from onestop.what_if.sums import Row

#: Headings of the workbook, in the order of a row's fields.
_HEADINGS: Final = (
    "月份",
    "参保县",
    "医院",
    "人员类别",
    "支付方",
    "基金",
    "结算人次",
    "原政策(元)",
    "假设政策(元)",
    "差额(元)",
)
_WIDTHS: Final = (10, 10, 16, 18, 12, 20, 10, 16, 16, 16)
_MONEY: Final = "#,##0.00;[Red]-#,##0.00"
_MONEY_FROM: Final = 7
_ROWS_MAX: Final = 1_048_570


class NoWriterError(Exception):
    """A form that nobody here can write; the message says which there are."""


def check_form(path: Path) -> None:
    """Whether such a file can be written here; raises NoWriterError, so that nobody waits for what cannot be kept."""
    if path.suffix not in (".json", ".xlsx", ".parquet"):
        raise NoWriterError(f"{path.name} ends in none of .json, .xlsx and .parquet")
    if path.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise NoWriterError(f"{path.name}: Parquet needs pyarrow; install onestop[parquet], or write .xlsx")


def write(answer: Answer, path: Path) -> None:
    """Write the answer in the form that the name's end says; raises NoWriterError before anything is written."""
    check_form(path)
    if path.suffix == ".xlsx":
        _workbook(answer, path)
    elif path.suffix == ".parquet":
        _parquet(answer, path)
    else:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(answer), indent=1))


def _workbook(answer: Answer, path: Path) -> None:
    if len(answer.rows) > _ROWS_MAX:
        raise NoWriterError(f"{len(answer.rows)} rows do not fit into a sheet; write .parquet or .json")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("对比")
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7EEF7", "text_wrap": True})
        title, money = book.add_format({"bold": True, "font_size": 14}), book.add_format({"num_format": _MONEY})
        sheet.write_string(0, 0, "假设政策对比", title)
        sheet.write_string(1, 0, f"重新计算 {answer.settlements} 人次, 其中 {answer.changed} 人次金额不同")
        for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(2, column, heading, bold)
        for place, row in enumerate(answer.rows, start=3):
            _put(sheet, place, row, money)
        sheet.freeze_panes(3, 0)
        sheet.autofilter(2, 0, max(2 + len(answer.rows), 3), len(_HEADINGS) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(2)
        sheet.fit_to_pages(1, 0)


def _put(sheet: Any, place: int, row: Row, money: Any) -> None:
    for column, value in enumerate(msgspec.structs.astuple(row)):
        if isinstance(value, str):
            sheet.write_string(place, column, value)
        elif column < _MONEY_FROM:
            sheet.write_number(place, column, value)
        else:
            # A workbook knows floats only; a total of fen below 2^53 comes out to the fen.
            sheet.write_number(place, column, value / FEN_PER_YUAN, money)


def _parquet(answer: Answer, path: Path) -> None:
    import pyarrow  # noqa: PLC0415 - heavy, and an extra
    from pyarrow import parquet  # noqa: PLC0415

    columns = {name: [getattr(row, name) for row in answer.rows] for name in Row.__struct_fields__}
    parquet.write_table(pyarrow.table(columns), path)
