"""How large the parts of a file may be. More is a bomb or a mistake, and never a list of people."""

from typing import Final

import msgspec

MEBIBYTE: Final = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What reading one file may take.

    A million people in a workbook of twelve columns unpack to about 700 MiB, and take 40 s of one core.
    """

    #: Of the process that reads it, and of its processor time; ``patience_seconds`` is between two pieces of rows.
    memory_bytes: int = 2048 * MEBIBYTE
    cpu_seconds: int = 300
    patience_seconds: float = 120.0
    #: Of one part of a packed workbook, and of all of them; packed XML is some ten times smaller than plain.
    part_bytes: int = 1024 * MEBIBYTE
    strings_bytes: int = 384 * MEBIBYTE
    unpacked_bytes: int = 1536 * MEBIBYTE
    ratio: int = 100
    #: A part below this may be packed as tightly as it likes.
    ratio_from_bytes: int = 16 * MEBIBYTE
    parts: int = 2_000
    rows: int = 1_048_576
    columns: int = 702
    #: With a list on them; a county has fewer townships.
    sheets: int = 100
    cell_characters: int = 32_767
    line_bytes: int = MEBIBYTE
    #: Rows that are looked through for headings.
    heading_rows: int = 60


LIMITS: Final = Limits()
