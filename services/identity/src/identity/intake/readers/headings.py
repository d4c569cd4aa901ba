"""Headings: rows of a table that name its columns, found below titles and notes, in one to three rows."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from identity.intake.domain import FileRefusedError, Notice, both, file_refused
from identity.intake.readers.folding import fold_heading
from identity.intake.readers.layout import Layout, Stands

#: What looks like an ID number; no heading does.
ID_NUMBER: Final = re.compile(r"\d{15}")
_DEPTH_MAX: Final = 3
#: A row is one of headings where so many of its cells are known.
_KNOWN_MIN: Final = 2
#: Whose name and number may stand beside those of the person on the list.
_ANOTHER: Final = re.compile(
    r"(?:户主|监护人|代领人|代办人|代理人|联系人|父亲|母亲|父母|配偶|赡养人|抚养人|扶养人|经办人|审核人|帮扶人|责任人)(?:信息|情况|资料)?"
)
_DIGITS: Final = re.compile(r"\d{6,}")
_SHOWN_MAX: Final = 20
_LISTED_MAX: Final = 30


class Headings(msgspec.Struct, frozen=True):
    """What the columns of a table are: a name each, None for what is not read. ``row`` is the last heading row."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    row: int
    cells: tuple[str, ...]

    def notice(self, sheet: str | None) -> Notice | None:
        """The notice of columns that are not read."""
        unread = _listed(self.unknown)
        if not unread:
            return None
        return Notice("COLUMNS_IGNORED", both(f"未读取的列：{unread}", f"columns that are not read: {unread}"), sheet)


class _Stack(msgspec.Struct, frozen=True):
    """Neighbouring rows read as one row of headings."""

    known: int
    depth: int
    end: int
    names: tuple[str, ...]


def known_in(cells: Sequence[str], layout: Layout) -> int:
    """How many columns a row names."""
    return len({column for cell in cells if cell and (column := layout.named(cell))})


def find_headings(rows: Sequence[tuple[int, Sequence[str]]], layout: Layout) -> Headings | None:
    """The headings among the first rows of a table: the row, or neighbouring rows, that name most columns.

    Raises FileRefusedError FEED_COLUMN_TWICE.
    """
    best: _Stack | None = None
    for place in range(len(rows)):
        if best is not None and place >= best.end:
            break
        for depth in range(1, min(_DEPTH_MAX, len(rows) - place) + 1):
            found = _stack([cells for _, cells in rows[place : place + depth]], place + depth, layout)
            if found.known >= _KNOWN_MIN and (best is None or found.known > best.known):
                best = found
    if best is None:
        return None
    columns, unknown = _columns(best.names, layout)
    return Headings(tuple(columns), tuple(unknown), rows[best.end - 1][0], best.names)


def check_columns(headings: Headings, layout: Layout, sheet: str | None) -> None:
    """Raise FileRefusedError FEED_COLUMN_MISSING where a column is not there that a file must have."""
    missing = [name for name in layout.required if name not in headings.columns]
    if not missing:
        return
    unread = _listed(headings.unknown)
    where = f"工作表“{sheet}”" if sheet else "文件"
    hint = f"；没有认出的列：{unread}，可在本部门的列名对照里指定" if unread else ""
    raise file_refused(
        "FEED_COLUMN_MISSING",
        f"{where}缺少必需的列：{'、'.join(layout.title(name) for name in missing)}{hint}",
        f"the file lacks the column {', '.join(str(layout.columns[name]) for name in missing)}",
        headings.row,
    )


def no_headings(layout: Layout) -> FileRefusedError:
    """The refusal of a file in which no row of headings is found. It repeats no cell: it may be a person's."""
    return file_refused(
        "FEED_COLUMN_UNKNOWN",
        f"没有找到表头；表头要有：{'、'.join(layout.title(name) for name in layout.required)}；"
        "CSV 的各列用逗号、分号或制表符隔开",
        f"no row of headings is known; it needs {', '.join(str(layout.columns[name]) for name in layout.required)}; "
        "cells of CSV are parted by comma, semicolon or tab",
        1,
    )


def shown(heading: str) -> str:
    """A heading for people: short, and without what may be somebody's number."""
    return _DIGITS.sub("…", " ".join(heading.split()))[:_SHOWN_MAX]


def _listed(headings: Sequence[str]) -> str:
    named = [shown(heading) for heading in headings if heading.strip()]
    return "、".join(named[:_LISTED_MAX])


def _stack(rows: Sequence[Sequence[str]], end: int, layout: Layout) -> _Stack:
    """One heading a column from rows above each other, as they are and with cells that stand over several columns."""
    width = max(len(cells) for cells in rows)
    own = [[cell.strip() for cell in [*cells, *[""] * (width - len(cells))]] for cells in rows]
    if any(ID_NUMBER.search(cell) for cells in own for cell in cells):
        return _Stack(0, len(rows), end, ())
    wide = [_spread(cells) for cells in own[:-1]] + own[-1:]
    names = tuple(_name([c[i] for c in own], [c[i] for c in wide], layout) for i in range(width))
    return _Stack(known_in(names, layout), len(rows), end, names)


def _spread(cells: Sequence[str]) -> list[str]:
    spread: list[str] = []
    for cell in cells:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread


def _name(own: Sequence[str], wide: Sequence[str], layout: Layout) -> str:
    parts = [cell for cell in own if cell]
    if parts and any(_ANOTHER.fullmatch("".join(cell.split())) for cell in wide[:-1]):
        return "".join(cell for cell in wide if cell)
    candidates = ["".join(parts), "".join(cell for cell in wide if cell), *reversed(parts)] if parts else []
    return next((name for name in candidates if layout.named(name)), "".join(parts))


def _columns(names: Sequence[str], layout: Layout) -> tuple[list[str | None], list[str]]:
    columns: list[str | None] = [None] * len(names)
    taken: dict[str, int] = {}
    for place, name in enumerate(names):
        column = layout.named(name) if name else None
        if column is None:
            continue
        other = taken.get(column)
        if other is not None:
            if _nobody_knows_which(layout, column, names[other], name):
                raise _twice(layout, column)
            if layout.rank(names[other]) <= layout.rank(name):
                continue
            columns[other] = None
        taken[column], columns[place] = place, column
    return columns, [name for name, column in zip(names, columns, strict=True) if column is None]


def _nobody_knows_which(layout: Layout, column: str, one: str, other: str) -> bool:
    if layout.columns[column].stands is Stands.ONCE:
        return layout.stands_in(one) == layout.stands_in(other)
    if layout.rank(one) != layout.rank(other):
        return False
    # Of two telephones the first is read; two first days, or twice the same heading, are for their office to settle.
    return column in layout.required or fold_heading(one) == fold_heading(other)


def _twice(layout: Layout, column: str) -> FileRefusedError:
    return file_refused(
        "FEED_COLUMN_TWICE",
        f"{layout.title(column)}这一列出现了两次，请只留一列",
        f"the column {column} stands in the file twice",
        1,
    )
