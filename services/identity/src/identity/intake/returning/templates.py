"""Empty lists to be filled in: headings on cells that keep numbers as they are typed."""

import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter

_WIDTH: Final = 22
_NOTE_WIDTH: Final = 80


def empty_workbook(name: str, headings: Sequence[str], notes: Sequence[tuple[str, str]]) -> bytes:
    """A workbook with headings above text cells, and a sheet of notes that is no list."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        heading = book.add_format({"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#E7EEF7"})
        sheet = book.add_worksheet(name)
        sheet.set_column(0, len(headings) - 1, _WIDTH, text)
        sheet.write_row(0, 0, headings, heading)
        sheet.freeze_panes(1, 0)
        beside = book.add_worksheet("填表说明")
        beside.set_column(0, 0, _WIDTH)
        beside.set_column(1, 1, _NOTE_WIDTH)
        for row, (column, note) in enumerate(notes):
            beside.write_string(row, 0, column, text)
            beside.write_string(row, 1, note, text)
    return file.getvalue()


def empty_csv(headings: Sequence[str]) -> str:
    """The headings as CSV that Excel and WPS read as UTF-8."""
    return f"\ufeff{','.join(headings)}\r\n"
