"""Layouts: the columns that a kind of file may have, and rows of cells by column; how a row's cells are read."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

import msgspec
from typing_extensions import override

from identity.intake.domain import row_refused
from identity.intake.readers.cells import Cell, Reader, no_number
from identity.intake.readers.folding import alternatives, fold_heading, fold_word, person_prefixes, without_hints
from kernel.values.refusals import Refused

#: Where a heading is known by how it is made up only, it comes after all that are known as they are.
_MADE_UP: Final = 1_000
#: So that no heading is long enough to take long.
_MADE_UP_LENGTH_MAX: Final = 40
_STAND_IN: Final = 10_000
_EMPTY_WORDS: Final[Mapping[str, str]] = MappingProxyType({})


class Stands(Enum):
    """How often a column may stand in a table, and for how many rows a cell of it speaks."""

    ANYHOW = "of two headings for it the one that is named first counts"
    ONCE = "a second one is refused: nobody knows which is meant"
    SHARED = "as ANYHOW; a cell that is merged over several rows speaks for all of them"


class Called(msgspec.Struct, frozen=True):
    """What a column is called: by whole headings, and by some that offices put together.

    ``made_up`` are of known parts, such as 低保享受开始时间; ``stands_in`` speak for it only where no other does.
    """

    headings: tuple[str, ...]
    made_up: re.Pattern[str] | None = None
    stands_in: re.Pattern[str] | None = None


class Column(msgspec.Struct, frozen=True):
    """A column of a kind of file: its name, the headings that are understood for it, how a cell is read."""

    name: str
    said: tuple[str, ...] | Called
    read: Reader
    required: bool = False
    stands: Stands = Stands.ANYHOW

    @property
    def called(self) -> Called:
        """What it is called."""
        return self.said if isinstance(self.said, Called) else Called(self.said)

    @property
    def headings(self) -> tuple[str, ...]:
        """What it is called by whole headings, the usual one first."""
        return self.called.headings

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.headings[0]})"


class Office(msgspec.Struct, frozen=True):
    """How an office writes: its own headings and words. Headings lead to columns, words of a column to known ones."""

    headings: Mapping[str, str] = _EMPTY_WORDS
    words: Mapping[str, Mapping[str, str]] = MappingProxyType({})


class Layout:
    """The columns that a kind of file may have; a column goes by its own name as well as by its headings."""

    def __init__(self, *columns: Column, required: Iterable[str] = (), office: Office | None = None) -> None:
        self.columns: Mapping[str, Column] = {column.name: column for column in columns}
        self.required = tuple(dict.fromkeys([*(column.name for column in columns if column.required), *required]))
        self._office = office or Office()
        own = {fold_heading(heading): (name, -1) for heading, name in self._office.headings.items()}
        known = {
            fold_heading(heading): (column.name, rank)
            for column in columns
            for rank, heading in enumerate((column.name, *column.headings))
        }
        self._by_heading = {**known, **own}
        self._made_up = {column.name: made_up for column in columns if (made_up := column.called.made_up) is not None}
        self._words = {
            column: {fold_word(word): meant for word, meant in words.items()}
            for column, words in self._office.words.items()
        }

    def without_need_of(self, name: str) -> "Layout":
        """The same for files that need not have a column, because it is known of the whole file."""
        column = msgspec.structs.replace(self.columns[name], required=False)
        columns = {**self.columns, name: column}.values()
        required = [other for other in self.required if other != name]
        return Layout(*columns, required=required, office=self._office)

    def named(self, heading: str) -> str | None:
        """The column that a heading names."""
        found = self._found(heading)
        return None if found is None else found[0]

    def rank(self, heading: str) -> int:
        """The place of a known heading among those of its column; an office's own come first."""
        found = self._found(heading)
        assert found is not None, "only known headings have a rank"
        return found[1] + (_STAND_IN if self.stands_in(heading) else 0)

    def stands_in(self, heading: str) -> bool:
        """Whether a known heading speaks for its column only where no other one does."""
        found = self._found(heading)
        assert found is not None, "only known headings stand in for others"
        pattern = self.columns[found[0]].called.stands_in
        return pattern is not None and found[1] >= 0 and pattern.search(fold_heading(heading)) is not None

    def title(self, name: str) -> str:
        """What a column is called for people."""
        return self.columns[name].headings[0]

    def reader(self, cells: Mapping[str, str], today: date) -> Callable[[str], Any]:
        """Reads a row's cells by the names of their columns, None where one is empty.

        What it gives raises Refused: CELL_MISSING where a cell must not be empty, or what the column's reader says.
        """

        def read(name: str) -> Any:
            column, text = self.columns[name], cells.get(name)
            if text is not None:
                words = self._words.get(name)
                meant = text if words is None else words.get(fold_word(text), text)
                found = column.read(Cell(name, column.headings[0], meant, today))
                if found is not None:
                    return found
            if column.required and name == "id_number":
                raise no_number()
            if column.required:
                raise row_refused(
                    "CELL_MISSING",
                    f"{column.headings[0]}是空的（公式出错或没有保存结果也算空）",
                    f"{column} is empty",
                )
            return None

        return read

    def _found(self, heading: str) -> tuple[str, int] | None:
        folded = fold_heading(heading)
        return self._known(folded) or self._one_of_several(folded)

    def _known(self, folded: str) -> tuple[str, int] | None:
        plain = without_hints(folded)
        for candidate in (folded, plain, *person_prefixes(plain), plain.replace("_", "")):
            if candidate in self._by_heading:
                return self._by_heading[candidate]
        if len(plain) > _MADE_UP_LENGTH_MAX:
            return None
        for name, made_up in self._made_up.items():
            if made_up.fullmatch(plain):
                return name, _MADE_UP
        return None

    def _one_of_several(self, folded: str) -> tuple[str, int] | None:
        """What all parts of a heading name that gives several; None where they name different columns."""
        found = [self._known(part) for part in alternatives(folded)]
        columns = {None if known is None else known[0] for known in found}
        return found[0] if len(columns) == 1 else None


class RawRow(msgspec.Struct, frozen=True):
    """A row by columns, empty cells left out; or why its cells cannot be read. Rows count from 1, headings too."""

    number: int
    cells: Mapping[str, str]
    refused: Refused | None = None
