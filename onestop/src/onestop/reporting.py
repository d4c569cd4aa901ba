"""Reports of operations as a caller gets them: made, then read page by page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from kernel.values.money import fen_from_yuan
from onestop.doors import Door
from operations.periods.domain import period
from operations.reports.domain.sheet import Cell, Column, Sheet

_PAGE: Final = 500
_READERS: Final[Mapping[str, Callable[[str], Cell]]] = {"money": fen_from_yuan, "day": date.fromisoformat}


class Reported(msgspec.Struct, frozen=True):
    """A report with its version, and in words that it is late; empty where it is not."""

    sheet: Sheet
    version: int
    late: str


def made_and_read(operations: Door, asked: tuple[str, str, str], *, names: bool) -> Reported:
    """Have a report of a place and period made, and read all of it; ``names`` puts names and ID numbers in.

    Raises RefusedAtTheDoorError.
    """
    report, area, of = asked
    stands = operations.post("/v1/reports", {"report": report, "area": area, "period": of})
    late = "" if stands["in_time"] else f", late: it was due on {stands['due_on']}"
    return Reported(_read(operations, asked, {"names": "true"} if names else {}), stands["version"], late)


def _read(operations: Door, asked: tuple[str, str, str], more: Mapping[str, str]) -> Sheet:
    path = "/v1/reports/" + "/".join(asked)
    page = operations.get(path, limit=_PAGE, **more)
    head, items = page, list(page["items"])
    while after := page.get("next"):
        page = operations.get(path, limit=_PAGE, after=after, **more)
        items += page["items"]
    columns = tuple(Column(each["title"], each["shape"]) for each in head["columns"])
    return Sheet(
        **{name: head[name] for name in ("report", "title", "area", "unit", "period", "clause")},
        ended_on=period(asked[2]).last,
        columns=columns,
        rows=tuple(_cells(item, columns) for item in items),
        sums=_cells(head["sums"], columns),
        notes=tuple(head["notes"]),
    )


def _cells(item: Iterable[Any], columns: Iterable[Column]) -> tuple[Cell, ...]:
    def read(cell: Any, column: Column) -> Cell:
        reader = _READERS.get(column.shape)
        found: Cell = cell if reader is None or not isinstance(cell, str) else reader(cell)
        return found

    return tuple(read(cell, column) for cell, column in zip(item, columns, strict=False))
