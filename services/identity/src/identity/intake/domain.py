"""Why a whole file is refused, or a row of it."""

import msgspec
from typing_extensions import override


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


class Unread(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Why a row cannot be read, and the ID number in it where at least that can; in memory only."""

    code: str
    detail: str
    number: str | None

    @override
    def __repr__(self) -> str:
        return f"Unread({self.code})"
