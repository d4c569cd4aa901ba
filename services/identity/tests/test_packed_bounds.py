"""What a packed workbook may hold is found wherever it stands: texts that are too long, cells that are too far away."""

import io
import zipfile
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.intake.domain import FileRefusedError
from identity.intake.readers.limits import LIMITS
from identity.intake.readers.packages import look_into

LONG: Final = 131_072


def looked_into(sheet: bytes) -> str:
    """What is said of a workbook with this sheet."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        made.writestr("xl/worksheets/sheet1.xml", sheet)
    try:
        look_into(packed, LIMITS)
    except FileRefusedError as refused:
        return refused.problem.code
    return "taken"


@given(before=st.integers(0, 2 * LONG), longer=st.sampled_from((-2, -1, 0, 1, LONG)), ends=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_text_is_too_long_from_one_length_on_wherever_it_begins(before: int, longer: int, *, ends: bool) -> None:
    sheet = b"<" * before + b"<t>" + b"x" * (LONG + longer - 2) + (b"</t>" if ends else b"")
    # The two characters of the tag before it count as well.
    assert looked_into(sheet) == ("FEED_FILE_TOO_HEAVY" if longer >= 0 else "taken")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (b'<c r="A1048576"/>', "taken"),
        (b"<c r='A9999999'/>", "FEED_FILE_TOO_HEAVY"),
        (b'<row r="12345678">', "FEED_FILE_TOO_HEAVY"),
        (b'<c r="ZZ1">', "taken"),
        (b'<x:c s="1" r="AAA1" t="s">', "FEED_FILE_TOO_HEAVY"),
        (b'<mergeCell ref="AAA1:AAB1"/>', "taken"),
        (b'<dimension ref="A1:XFD1048576"/>', "taken"),
    ],
)
def test_a_cell_may_only_stand_within_the_bounds_of_a_list(cell: bytes, said: str) -> None:
    for before in (0, 1_048_576 - 5):
        assert looked_into(b" " * (before % 512) + b"<a/>" * (before // 4) + cell) == said
