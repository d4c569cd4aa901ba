"""The kept rows of a what-if: page by page, summed by payer, or whole for a file."""

from typing import Final, TypeAlias

import msgspec

from kernel.writing.database import SingleConnection
from onestop.desk.asking import WhatIf
from onestop.desk.tables import SCHEMA
from onestop.what_if.run import Answer
from onestop.what_if.sums import Row

#: Payer, fen before, fen otherwise.
Totals: TypeAlias = tuple[tuple[str, int, int], ...]
_COLUMNS: Final = ", ".join(f'"{name}"' for name in Row.__struct_fields__)
_TOTALS_SQL: Final = f"""
SELECT payer, sum(before_fen)::bigint, sum(otherwise_fen)::bigint FROM {SCHEMA}.what_if_rows WHERE what_if_id = $1
GROUP BY payer ORDER BY payer
"""
_PAGE_SQL: Final = f"""
SELECT number, {_COLUMNS} FROM {SCHEMA}.what_if_rows WHERE what_if_id = $1 AND number > $2 AND $4 IN ('', county)
  AND $5 IN ('', hospital_id) AND $6 IN ('', month) AND $7 IN ('', payer) AND $8 IN ('', "group")
  AND ($9 = '' OR $9 = ANY(string_to_array(funds, ',')))
ORDER BY number LIMIT $3
"""
_ALL_SQL: Final = f"SELECT {_COLUMNS} FROM {SCHEMA}.what_if_rows WHERE what_if_id = $1 ORDER BY number"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows; "" is any. ``fund`` is one of those behind a payer."""

    county: str = ""
    hospital: str = ""
    month: str = ""
    payer: str = ""
    group: str = ""
    fund: str = ""


class Numbered(msgspec.Struct, frozen=True):
    """A row with its place in the answer."""

    number: int
    row: Row


async def totals_of(session: SingleConnection, what_if_id: int) -> Totals:
    """What each payer paid and would have paid, in fen."""
    return tuple((row[0], row[1], row[2]) for row in await session.fetch(_TOTALS_SQL, what_if_id))


async def rows_of(
    session: SingleConnection, what_if_id: int, wanted: Wanted, *, after: int, limit: int
) -> list[Numbered]:
    """Rows behind a place, in their order."""
    chosen = wanted.county, wanted.hospital, wanted.month, wanted.payer, wanted.group, wanted.fund
    found = await session.fetch(_PAGE_SQL, what_if_id, after, limit, *chosen)
    return [Numbered(row["number"], Row(**dict(list(row.items())[1:]))) for row in found]


async def whole(session: SingleConnection, one: WhatIf) -> Answer:
    """The whole answer of one that has ended."""
    rows = tuple(Row(**dict(row)) for row in await session.fetch(_ALL_SQL, one.what_if_id))
    return Answer(settlements=one.settlements or 0, changed=one.changed or 0, rows=rows, refused=one.refused)
