"""Papers as a workbook that looks as offices expect: title, unit, period, sums, signatures, ready to be printed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, Final, Literal
from unicodedata import east_asian_width

import msgspec
import xlsxwriter

#: Amounts are whole fen; a percent is a text with two decimals.
Cell = str | int | date | None
Shape = Literal["text", "count", "money", "percent", "day"]

_FORMATS: Final[Mapping[Shape, str]] = {
    "money": "#,##0.00",
    "count": "0",
    "percent": "0.00",
    "day": "yyyy-mm-dd",
    "text": "@",
}
_ALIGN: Final[Mapping[Shape, str]] = {"text": "left", "day": "center", "count": "center"}
_HEAD_ROW: Final = 3
_A3: Final = 8
_A4: Final = 9
#: More columns across one page of A4 are too small to be read.
_A4_COLUMNS_MAX: Final = 16
#: A text that would have to be set smaller than this is broken into lines, where rows may grow.
_SHRUNK_MIN: Final = 0.6
_WIDE: Final = "WF"
_LINE_HEIGHT: Final = 15
_NAME_MAX: Final = 31
#: What a worksheet's name must not have.
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))


class Head(msgspec.Struct, frozen=True):
    """A column's title, and what its cells are."""

    title: str
    shape: Shape = "text"


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One paper: ``whose`` and ``period`` stand below the title on the left, ``unit`` on the right.

    ``sums`` is the last line, or nothing; ``notes`` stand below it.
    """

    name: str
    title: str
    whose: str
    period: str
    unit: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    sums: Sequence[Cell] = ()
    notes: Sequence[str] = ()


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How an office's papers look: who signs, how wide columns are, how many stand upright."""

    signatures: tuple[str, ...]
    widths: Mapping[Shape, int]
    upright_max: int
    #: Where it differs from the usual one.
    money: str = _FORMATS["money"]
    row_height: int | None = None
    heading_height: int = 32
    heading_shade: str | None = None
    #: A column is never narrower than its title.
    widened: bool = False


def write_papers(papers: Sequence[Paper], form: Form, file: BinaryIO, created: datetime | None = None) -> None:
    """Write a workbook of one sheet a paper; with ``created`` the same papers give the same bytes.

    Row by row, so that a long one takes no more memory.
    """
    with xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": _FORMATS["day"]}) as book:
        book.set_properties({"title": papers[0].title, **({"created": created} if created is not None else {})})
        for paper in papers:
            _write_paper(book, paper, form)


def _write_paper(book: Any, paper: Paper, form: Form) -> None:
    page = book.add_worksheet(paper.name.translate(_NOT_IN_NAMES)[:_NAME_MAX])
    _arrange(page, paper, form)
    _head(book, page, paper, form)
    row = _HEAD_ROW + 1
    for bold, lines in ((False, paper.rows), (True, [paper.sums] if paper.sums else [])):
        looks = {head.shape: _look(book, head.shape, form, bold=bold) for head in paper.heads}
        broken = _look(book, "text", form, bold=bold, broken=True)
        for cells in lines:
            _write(page, row, cells, paper.heads, looks)
            if long := _too_long(cells, paper.heads, form):
                page.set_row(row, _LINE_HEIGHT * max(long.values()))
            for place in long:
                page.write_string(row, place, str(cells[place]), broken)
            row += 1
    last = _foot(book, page, paper, form, row)
    page.print_area(0, 0, last, len(paper.heads) - 1)


def _arrange(page: Any, paper: Paper, form: Form) -> None:
    page.set_paper(_A4 if len(paper.heads) <= _A4_COLUMNS_MAX else _A3)
    if len(paper.heads) > form.upright_max:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4)
    if form.row_height is not None:
        page.set_default_row(form.row_height)
    page.repeat_rows(_HEAD_ROW)
    page.freeze_panes(_HEAD_ROW + 1, 1)
    page.set_footer("&C第 &P 页，共 &N 页")
    for place, head in enumerate(paper.heads):
        page.set_column(place, place, _width(head, form))


def _width(head: Head, form: Form) -> int:
    width = form.widths[head.shape]
    return max(width, 2 * len(head.title) + 2) if form.widened else width


def _head(book: Any, page: Any, paper: Paper, form: Form) -> None:
    last = len(paper.heads) - 1
    middle = {"bold": True, "align": "center", "valign": "vcenter"}
    shade = {} if form.heading_shade is None else {"bg_color": form.heading_shade}
    heading = book.add_format({**middle, "border": 1, "text_wrap": True, **shade})
    page.set_row(0, 30)
    title = book.add_format({**middle, "font_size": 16})
    if last:
        page.merge_range(0, 0, 0, last, paper.title, title)
    else:
        page.write_string(0, 0, paper.title, title)
    page.write_string(1, 0, paper.whose)
    page.write_string(2, 0, paper.period)
    page.write_string(2, last, paper.unit, book.add_format({"align": "right"}))
    page.set_row(_HEAD_ROW, form.heading_height)
    for place, head in enumerate(paper.heads):
        page.write_string(_HEAD_ROW, place, head.title, heading)


def _foot(book: Any, page: Any, paper: Paper, form: Form, row: int) -> int:
    """Notes and signatures; the last row that is printed."""
    small = book.add_format({"font_size": 9, "italic": True})
    for note in paper.notes:
        page.write_string(row, 0, note, small)
        row += 1
    step = max(1, len(paper.heads) // len(form.signatures))
    for number, text in enumerate(form.signatures):
        if number * step < len(paper.heads):
            page.write_string(row + 1, number * step, text)
    return row + 1


def _too_long(cells: Sequence[Cell], heads: Sequence[Head], form: Form) -> dict[int, int]:
    """Where texts stand that nobody could read on one line of their column, and how many lines each takes.

    None where rows have their height.
    """
    if form.row_height is not None:
        return {}
    return {
        place: -(-_length(cell) // (_width(head, form) - 1))  # a wide letter that does not fit begins the next line
        for place, (cell, head) in enumerate(zip(cells, heads, strict=True))
        if head.shape == "text" and isinstance(cell, str) and _SHRUNK_MIN * _length(cell) > _width(head, form)
    }


def _length(text: str) -> int:
    return len(text) + sum(east_asian_width(letter) in _WIDE for letter in text)


def _look(book: Any, shape: Shape, form: Form, *, bold: bool, broken: bool = False) -> Any:
    number = form.money if shape == "money" else _FORMATS[shape]
    # Long names and numbers are set smaller rather than cut off.
    looks = {"border": 1, "valign": "vcenter", "bold": bold, "text_wrap" if broken else "shrink": True}
    return book.add_format({"num_format": number, "align": _ALIGN.get(shape, "right"), **looks})


def _write(page: Any, row: int, cells: Sequence[Cell], heads: Sequence[Head], looks: Mapping[Shape, Any]) -> None:
    for place, (cell, head) in enumerate(zip(cells, heads, strict=True)):
        look = looks[head.shape]
        match cell:
            case None:
                page.write_blank(row, place, None, look)
            case int():
                # A spreadsheet has no whole fen: 15 digits of a float hold every amount that there may be.
                page.write_number(row, place, cell / 100 if head.shape == "money" else cell, look)
            case date():
                page.write_datetime(row, place, cell, look)
            case str() if head.shape == "percent":
                page.write_number(row, place, float(cell), look)
            case _:
                # As a text, whatever it begins with: no formula comes out of the books.
                page.write_string(row, place, cell, look)
