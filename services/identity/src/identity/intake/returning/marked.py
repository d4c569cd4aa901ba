"""The rows of a kept file, read a second time as they were sent, each with what became of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import closing
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec

from identity.intake.domain import ROWS_OF_A_SHEET
from identity.intake.readers.copying import REMARK, RESULT, CopiedRow, Copying
from identity.intake.readers.forms import FormMaker
from identity.intake.readers.limits import LIMITS
from identity.intake.readers.packing import unpacked
from identity.intake.readers.process import ReadingProcess

_DECODER: Final = msgspec.msgpack.Decoder(CopiedRow)


class Mark(msgspec.Struct, frozen=True):
    """What became of a row, in words for its office. ``is_wrong`` says that it should be handed in again."""

    result: str
    remark: str = ""
    is_wrong: bool = False


#: The marks of the rows from one number to another; rows without one have the mark of all others.
MarksOf: TypeAlias = Callable[[int, int], Awaitable[Mapping[int, Mark]]]


class Marking(msgspec.Struct, frozen=True):
    """How rows are marked. With ``only_wrong`` the office gets what it has to correct below its headings, no more."""

    marks_of: MarksOf
    others: Mark
    only_wrong: bool = False


class MarkedRow(msgspec.Struct, frozen=True):
    """A row of the receipt, of the ``place``-th list in the file; ``marked_at`` is the column of its result."""

    place: int
    cells: list[str]
    marked_at: int
    is_heading: bool
    mark: Mark | None


async def marked_rows(
    file: BinaryIO, media_type: str, make_form: FormMaker[Any], marking: Marking
) -> AsyncGenerator[list[MarkedRow], None]:
    """The rows of a file with their marks, some thousand at once. Raises FileRefusedError."""
    with closing(ReadingProcess(file, media_type, make_form, LIMITS, Copying)) as process:
        headed = -1
        while piece := await asyncio.to_thread(process.piece):
            rows = [(number, _DECODER.decode(packed)) for number, packed in unpacked(piece)]
            marks = await marking.marks_of(rows[0][0], rows[-1][0])
            some: list[MarkedRow] = []
            for number, row in rows:
                marked = _marked(number, row, marks.get(number, marking.others) if row.is_person else None)
                if _is_wanted(marked, marking, is_below=headed == marked.place):
                    some.append(marked)
                headed = marked.place if row.is_heading else headed
            yield some


def _is_wanted(row: MarkedRow, marking: Marking, *, is_below: bool) -> bool:
    if not marking.only_wrong:
        return True
    # Titles and headings stay above what is to be corrected; sums and signatures below it would be wrong.
    return row.mark.is_wrong if row.mark is not None else not is_below


def _marked(number: int, row: CopiedRow, mark: Mark | None) -> MarkedRow:
    beside = [RESULT, REMARK] if row.is_heading else ["", ""]
    added = beside if mark is None else [mark.result, mark.remark]
    cells = [*row.cells, *added, *row.beyond]
    return MarkedRow(number // ROWS_OF_A_SHEET, cells, len(row.cells), row.is_heading, mark)
