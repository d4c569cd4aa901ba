"""A bank's workbook is looked into before it is read."""

import io
import zipfile
from typing import Final

import httpx
import pytest
from openpyxl import Workbook

from fund_ledger.bank.reading.packed import UNPACKED_BYTES_MAX

XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _workbook(cell: str) -> bytes:
    book, content = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active[cell] = 1
    book.save(content)
    return content.getvalue()


def _with_part(name: str, size: int) -> bytes:
    content = io.BytesIO(_workbook("A1"))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, bytes(size))
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_workbook("A1048576"), "below row"),
        (_workbook("XFD1"), "right of column"),
        (_with_part("xl/media/large", UNPACKED_BYTES_MAX), "unpacks to more"),
        (_with_part("content.xml", 1), "no XLSX"),
        (_with_part("xl/worksheets/sheet9.xml", 1)[:-30], "cannot be opened"),
    ],
    ids=["long", "wide", "large", "other", "broken"],
)
async def test_a_workbook_that_would_unpack_to_more_than_a_statement_is_refused(
    finance: httpx.AsyncClient, content: bytes, why: str
) -> None:
    answer = await finance.post("/v1/bank-statements?county=445202&fund=MA", content=content, headers=XLSX)
    assert (answer.status_code, answer.json()["code"]) == (422, "BANK_FILE_MALFORMED")
    assert why in answer.json()["detail"]
