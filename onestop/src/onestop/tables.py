"""Small tables that an office keeps (CSV, XLSX, XLS, ODS): read by the meaning of their columns, and given back marked.

What a column means is given by whoever reads one; other columns stay as they are.
"""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import msgspec
import typer
from python_calamine import CalamineWorkbook

_ROWS_MAX: Final = 10_000

Row = dict[str, str]


class CellError(ValueError):
    """A cell cannot be read; the message names its column."""


class Columns(msgspec.Struct, frozen=True):
    """Headings and what they mean, and which must be there."""

    meanings: Mapping[str, str]
    needed: Sequence[str]

    def heading(self, name: str) -> str:
        """The heading of a meaning."""
        return next((heading for heading, meaning in self.meanings.items() if meaning == name), name)

    def rows_of(self, file: Path) -> list[Row]:
        """The rows by what their columns mean; raises BadParameter for a file that cannot be read."""
        try:
            table = list(_workbook(file) if file.suffix.lower() in {".xlsx", ".xls", ".ods"} else _csv(file))
        except Exception as error:  # whatever the reader finds wrong with a file
            raise typer.BadParameter(f"{file.name} cannot be read: {type(error).__name__}", param_hint="FILE") from None
        headings = [self.meanings.get(cell.strip(), cell.strip()) for cell in table[0]] if table else []
        missing = [self.heading(name) for name in self.needed if name not in headings]
        if missing:
            raise typer.BadParameter(f"{file.name} lacks the columns {', '.join(missing)}", param_hint="FILE")
        if len(table) > _ROWS_MAX + 1:
            raise typer.BadParameter(f"{file.name} has more than {_ROWS_MAX} rows", param_hint="FILE")
        filled = (row for row in table[1:] if any(cell.strip() for cell in row))
        return [dict(zip(headings, (cell.strip() for cell in row), strict=False)) for row in filled]

    def cell(self, row: Row, name: str) -> str:
        """The text of a cell that must not be empty. Raises CellError."""
        if not row.get(name):
            raise CellError(f"{self.heading(name)} is empty")
        return row[name]

    def money(self, row: Row, name: str) -> str:
        """An amount in yuan, 0.00 where the cell is empty. Raises CellError."""
        text = row.get(name) or "0"
        try:
            amount = Decimal(text.replace(",", ""))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0 or amount != round(amount, 2):
            raise CellError(f"{self.heading(name)} {text!r} is no amount in yuan with at most two decimals")
        return f"{amount:.2f}"

    def save(self, result: Path, rows: Sequence[Row], results: Sequence[Sequence[str]], marks: Sequence[str]) -> None:
        """Write the rows with their results under the headings ``marks``; the file may name people, so nobody else
        may read it."""
        text = io.StringIO()
        writer = csv.writer(text)
        names = list(rows[0]) if rows else []
        writer.writerow([*map(self.heading, names), *marks])
        for row, told in zip(rows, results, strict=True):
            cells = (*(row.get(name, "") for name in names), *told)
            # A spreadsheet works a text out that begins like a formula.
            writer.writerow([f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell for cell in cells])
        with os.fdopen(os.open(result, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text.getvalue().encode("utf-8-sig"))


def _csv(file: Path) -> Iterator[list[str]]:
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    yield from csv.reader(io.StringIO(text))


def _workbook(file: Path) -> Iterator[list[str]]:
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    for row in sheet.to_python():
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        # Excel keeps no number of 18 digits; one of fewer has no end that it did not have.
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)
