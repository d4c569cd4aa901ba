"""A file as it was sent, row by row and cell by cell, for the receipt that goes back to its office."""

from collections.abc import Generator, Iterator, Sequence
from typing import Any, BinaryIO, Final

import msgspec
from typing_extensions import override

from identity.intake.readers.files import csv_sheet
from identity.intake.readers.folding import fold_heading
from identity.intake.readers.forms import Form
from identity.intake.readers.headings import Headings
from identity.intake.readers.kinds import Kind, kind_of
from identity.intake.readers.layout import Layout
from identity.intake.readers.limits import Limits
from identity.intake.readers.objects import object_cells
from identity.intake.readers.packing import packed_pieces
from identity.intake.readers.tables import Opened, Table, Telling, counted_through, open_sheet
from identity.intake.readers.workbooks import Sheet, sheets_of

#: The headings of what a receipt adds to each row.
RESULT: Final = "结果"
REMARK: Final = "备注"


class CopiedRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of a list as it was sent; in memory only. ``is_person`` is false for titles, headings and sums.

    ``cells`` has as many as there are headings; ``beyond`` are those that the row has more.
    """

    cells: list[str]
    beyond: list[str]
    is_person: bool
    is_heading: bool

    @override
    def __repr__(self) -> str:
        return "CopiedRow(…)"


class Copying:
    """One walk through a file that makes no sense of its rows, but for which of them are people."""

    def __init__(self, file: BinaryIO, media_type: str, form: Form[Any], limits: Limits) -> None:
        self.telling = Telling()
        self._rows = _copied(file, media_type, form.layout, limits)

    def pieces(self) -> Generator[bytes, None, None]:
        """The packed rows, some thousand at once. Raises FileRefusedError on the way."""
        return packed_pieces(self._rows)


def _copied(
    file: BinaryIO, media_type: str, layout: Layout, limits: Limits
) -> Generator[tuple[int, CopiedRow], None, None]:
    kind = kind_of(file, media_type)
    if kind is Kind.NDJSON:
        yield from _objects(file, layout, limits)
        return
    place = 0
    for sheet in _sheets(file, kind, layout, limits):
        opened = open_sheet(sheet, layout, limits)
        if opened.headings is None or not opened.is_list:
            continue
        yield from _table(opened, opened.headings, layout, place)
        place += 1


def _sheets(file: BinaryIO, kind: Kind, layout: Layout, limits: Limits) -> Iterator[Sheet]:
    if kind is Kind.CSV:
        yield csv_sheet(file, layout, limits)[0]
    else:
        yield from sheets_of(file, kind, limits)


def _table(opened: Opened, headings: Headings, layout: Layout, place: int) -> Iterator[tuple[int, CopiedRow]]:
    table = Table(headings, layout, opened.sheet)
    named, kept = _widths(headings.cells)
    for number, values in opened.rows:
        is_person = number > headings.row and any(values) and table.is_person((number, values))
        cells = [_plain(value) for value in values[:kept]]
        yield (
            counted_through(place, number),
            CopiedRow(
                cells + [""] * (kept - len(cells)),
                [_plain(value) for value in values[named:] if value.strip()],
                is_person,
                number == headings.row,
            ),
        )


def _widths(names: Sequence[str]) -> tuple[int, int]:
    """How many columns have headings, and how many of them are the office's own: an earlier receipt's are not."""
    said = [fold_heading(name) for name in names]
    while said and not said[-1]:
        said.pop()
    named = len(said)
    return named, named - 2 if said[-2:] == [RESULT, REMARK] else named


def _objects(file: BinaryIO, layout: Layout, limits: Limits) -> Iterator[tuple[int, CopiedRow]]:
    """Objects as a table of all columns that are known."""
    columns = list(layout.columns)
    yield 0, CopiedRow([layout.title(column) for column in columns], [], is_person=False, is_heading=True)
    for number, found in object_cells(file, layout, limits):
        cells = [_plain(found.get(column, "")) for column in columns]
        yield number, CopiedRow(cells, [], is_person=True, is_heading=False)


def _plain(value: str) -> str:
    """A cell as a text that any program can write down."""
    return str(value) if value.isprintable() else value.encode(errors="replace").decode()
