"""The township (乡镇、街道) that a row names: by a column of its own, or by the digits behind the county's."""

import re
from collections.abc import Mapping
from typing import Final

from identity.feeds.domain.households import UNREAD
from identity.intake.readers.cells import Cell
from identity.intake.readers.folding import fold_word
from identity.intake.readers.workbooks import Rounded

#: Nine digits, or twelve of a village; 445202002000 is the township 445202002, as offices fill up to twelve.
_CODE: Final = re.compile(r"(\d{6}(?!000)\d{3})(?:\d{3})?(?:\.0)?")


def township_of(text: str) -> str | None:
    """The township inside a code of nine or twelve digits; None in a county's own code, filled up or not."""
    found = _CODE.fullmatch(fold_word(text))
    return None if found is None else found[1]


def township_in(cells: Mapping[str, str], said: str | None) -> str | None:
    """The township that a row's own column says, or else the county's."""
    return said or township_of(cells.get("county", "")) or said


def read_township(cell: Cell) -> str:
    """The township of a cell of its own, or UNREAD: a name alone is many townships'."""
    return UNREAD if isinstance(cell.text, Rounded) else township_of(cell.text) or UNREAD
