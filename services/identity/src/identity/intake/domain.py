"""Why a whole file is refused, or a row of it, and what else a clerk must be told about it."""

from typing import Final

import msgspec
from typing_extensions import override

from kernel.values.refusals import Refused

#: Rows are numbered through all sheets of a workbook: the first row of the second sheet that is read is 2,000,001.
ROWS_OF_A_SHEET: Final = 2_000_000
_BETWEEN: Final = " / "


class FileProblem(msgspec.Struct, frozen=True):
    """Why a whole file is refused, and at which row, if it is one."""

    code: str
    detail: str
    row: int | None = None


class FileRefusedError(Exception):
    """The file as a whole cannot be taken."""

    def __init__(self, code: str, detail: str, row: int | None = None) -> None:
        super().__init__(detail)
        self.problem = FileProblem(code, detail, row)


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done with a file that its sender might not expect, such as a column that was left out."""

    code: str
    detail: str
    sheet: str | None = None


class Told(msgspec.Struct, frozen=True):
    """What is known of a file once it was read to its end: notices, and the names of the sheets that were read."""

    notices: tuple[Notice, ...] = ()
    sheets: tuple[str, ...] = ()


class Unread(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Why a row cannot be read, and the ID number in it where at least that can; in memory only."""

    code: str
    detail: str
    number: str | None

    @override
    def __repr__(self) -> str:
        return f"Unread({self.code})"


def both(chinese: str, english: str) -> str:
    """One text for the clerk in the office and for the program that sends the file."""
    return f"{chinese}{_BETWEEN}{english}"


def in_chinese(detail: str) -> str | None:
    """The Chinese half of a text that has one."""
    chinese, between, _ = detail.partition(_BETWEEN)
    return chinese if between and not chinese.isascii() else None


def row_refused(code: str, chinese: str, english: str) -> Refused:
    """The refusal of a row, in both languages."""
    return Refused(code, both(chinese, english))


def file_refused(code: str, chinese: str, english: str, row: int | None = None) -> FileRefusedError:
    """The refusal of a whole file, in both languages."""
    return FileRefusedError(code, both(chinese, english), row)
