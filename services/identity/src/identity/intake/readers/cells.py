"""Cells of a row as texts, days and division codes, whatever the file is about. No refusal repeats what they hold."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from kernel.values.refusals import Refused

#: Every column of a kind of file with the Chinese headings that are understood for it.
Columns = Mapping[str, tuple[str, ...]]
_TEXT_MAX: Final = 200
_NAME_MAX: Final = 60


def needed(cells: Mapping[str, str], column: str, columns: Columns) -> str:
    """A cell that must not be empty; raises Refused CELL_MISSING."""
    value = cells.get(column)
    if value is None:
        raise Refused("CELL_MISSING", f"{column} ({columns[column][0]}) is empty")
    return value


def name_of(cells: Mapping[str, str], columns: Columns) -> str:
    """A person's name; raises Refused CELL_MISSING, TEXT_TOO_LONG."""
    name = needed(cells, "name", columns)
    if len(name) > _NAME_MAX:
        raise Refused("TEXT_TOO_LONG", f"name may have at most {_NAME_MAX} characters")
    return name


def text_of(cells: Mapping[str, str], column: str) -> str | None:
    """A free text or None; raises Refused TEXT_TOO_LONG."""
    value = cells.get(column)
    if value is not None and len(value) > _TEXT_MAX:
        raise Refused("TEXT_TOO_LONG", f"{column} may have at most {_TEXT_MAX} characters")
    return value


def day_of(cells: Mapping[str, str], column: str) -> date | None:
    """A day or None; raises Refused DATE_MALFORMED."""
    value = cells.get(column)
    return None if value is None else parsed_day(column, value)


def parsed_day(column: str, value: str) -> date:
    """A day that is written in one of three ways; raises Refused DATE_MALFORMED."""
    try:
        if len(value) == 8 and value.isdigit():
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        return date.fromisoformat(value.replace("/", "-"))
    except ValueError:
        raise Refused("DATE_MALFORMED", f"{column} must be a day such as 2019-08-01 or 20190801") from None


def is_division(code: str) -> bool:
    """Whether a text is a six-digit division code (区划代码)."""
    return len(code) == 6 and code.isascii() and code.isdigit()
