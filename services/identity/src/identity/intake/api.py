"""Files over HTTP: as request bodies that come piece by piece, and their receipts as tables for a spreadsheet."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec
from starlette.requests import Request

from kernel.http import CsvLines
from kernel.http.patience import grant
from kernel.values.refusals import Refused

#: Rows of a receipt after one, up to a limit.
RowsAfter: TypeAlias = Callable[[int, int], Awaitable[Sequence[msgspec.Struct]]]
_ROWS_AT_ONCE: Final = 1_000
#: The others are codes and numbers, without commas or quotes.
_FREE_TEXTS: Final = frozenset(("detail", "remark", "sheet"))
_FORMULA: Final = ("=", "+", "-", "@")
#: A connection that sends nothing for so long is cut off.
PATIENCE_SECONDS: Final = 30.0


def announced_size(request: Request) -> int:
    """How many bytes the sender announces, 0 where it does not."""
    return int(request.headers.get("content-length", "0"))


def moment_of(as_of: datetime) -> datetime:
    """The moment that a file speaks for; raises Refused FEED_DESCRIPTION_WRONG where its time zone is not said."""
    if as_of.tzinfo is None:
        raise Refused("FEED_DESCRIPTION_WRONG", "as_of needs its time zone, such as 2019-08-01T08:00:00+08:00")
    return as_of.astimezone(UTC)


async def patiently(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces, for as long as they keep coming: with more patience than other requests have."""
    async for chunk in request.stream():
        grant(request, PATIENCE_SECONDS)
        yield chunk


def receipt_csv(name: str, columns: Sequence[str], rows_after: RowsAfter) -> CsvLines:
    """A receipt as CSV; its rows come in the order of their first field, after a value of that."""
    headers = {"Content-Disposition": f'attachment; filename="receipt-{name}.csv"'}
    return CsvLines(_lines(columns, rows_after), headers=headers)


async def _lines(columns: Sequence[str], rows_after: RowsAfter) -> AsyncIterator[str]:
    yield f"\ufeff{','.join(columns)}\r\n"
    after = 0
    while rows := await rows_after(after, _ROWS_AT_ONCE):
        yield "".join(f"{','.join(_cell(name, getattr(row, name)) for name in columns)}\r\n" for row in rows)
        after = msgspec.structs.astuple(rows[-1])[0]


def _cell(name: str, value: object) -> str:
    text = "" if value is None else str(value)
    if name not in _FREE_TEXTS:
        return text
    # A spreadsheet works a text out that begins like a formula, such as a sheet's name.
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    return f'"{guarded.replace(chr(34), chr(34) * 2)}"'
