"""Marked rows as CSV that Excel and WPS open without spoiling ID numbers, and that can be handed in again."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from identity.intake.returning.marked import MarkedRow

#: A spreadsheet takes so many digits for a number, and shows it rounded.
_LONG_NUMBER: Final = re.compile(r"\d{12,}[xX]?")
_TEXT_FORMULA: Final = re.compile(r'="[^"]*"')
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_QUOTED: Final = re.compile(r'[,;"\r\n\t]')


async def as_csv(rows: AsyncIterator[list[MarkedRow]]) -> AsyncGenerator[str, None]:
    """The rows line by line."""
    yield "\ufeff"
    async for some in rows:
        yield "".join(",".join(map(csv_cell, row.cells)) + "\r\n" for row in some)


def csv_cell(text: str) -> str:
    """A cell that no program takes for a formula or a number: what this adds, reading a file takes away again."""
    if _LONG_NUMBER.fullmatch(text):
        text = f'="{text}"'
    elif len(text) > 1 and text.startswith(_FORMULA) and not _TEXT_FORMULA.fullmatch(text):
        text = f"'{text}"
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text
