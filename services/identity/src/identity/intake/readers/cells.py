"""Cells as ID numbers, texts, days and choices, whatever the file is about. No refusal repeats what they hold."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from identity.persons.domain.resident_id import ResidentId, parse_resident_id
from kernel.values.refusals import Refused

T = TypeVar("T")
_TEXT_MAX: Final = 200
_NAME_MAX: Final = 60


class Cell(msgspec.Struct, frozen=True):
    """What stands in a column, and the day on which the file came."""

    column: str
    text: str
    today: date


#: How a column's cells are read; raises Refused.
Reader: TypeAlias = Callable[[Cell], Any]


def resident_id(cell: Cell) -> ResidentId:
    """An ID number; raises Refused ID_NUMBER_…."""
    return parse_resident_id(cell.text, today=cell.today)


def number_in(cells: Mapping[str, str], *, today: date) -> str | None:
    """The ID number of a row that cannot be read, where at least that can."""
    try:
        return parse_resident_id(cells.get("id_number", ""), today=today).number
    except Refused:
        return None


def name(cell: Cell) -> str:
    """A person's name; raises Refused TEXT_TOO_LONG."""
    return _bounded(cell, _NAME_MAX)


def text(cell: Cell) -> str:
    """A free text; raises Refused TEXT_TOO_LONG."""
    return _bounded(cell, _TEXT_MAX)


def day(cell: Cell) -> date:
    """A day that is written in one of three ways; raises Refused DATE_MALFORMED."""
    value = cell.text
    try:
        if len(value) == 8 and value.isdigit():
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        return date.fromisoformat(value.replace("/", "-"))
    except ValueError:
        raise Refused("DATE_MALFORMED", f"{cell.column} must be a day such as 2019-08-01 or 20190801") from None


def one_of(known: Mapping[str, T]) -> Callable[[Cell], T]:
    """The reader of a column that holds one of some names; it raises Refused NAME_UNKNOWN."""

    def read(cell: Cell) -> T:
        if cell.text not in known:
            raise Refused("NAME_UNKNOWN", f"{cell.column} must be one of {', '.join(known)}")
        return known[cell.text]

    return read


def is_division(code: str) -> bool:
    """Whether a text is a six-digit division code (区划代码)."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def _bounded(cell: Cell, length_max: int) -> str:
    if len(cell.text) > length_max:
        raise Refused("TEXT_TOO_LONG", f"{cell.column} may have at most {length_max} characters")
    return cell.text
