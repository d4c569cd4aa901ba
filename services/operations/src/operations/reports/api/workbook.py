"""Sheets as a workbook, in the form of a health-aid office's reports."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import BinaryIO, Final

from kernel.printing.workbook import Form, Head, Paper, write_papers
from operations.reports.domain.sheet import SIGNATURES, Sheet

_FORM: Final = Form(
    signatures=SIGNATURES,
    widths={"text": 14, "count": 8, "money": 13, "percent": 10, "day": 12},
    upright_max=8,
    widened=True,
)


def write_workbook(sheet: Sheet, file: BinaryIO, *, version: int = 1) -> None:
    """Write a sheet; the same sheet gives the same bytes. ``version`` above one is marked as a correction (更正)."""
    write_papers([_paper(sheet, sheet.period, version)], _FORM, file, _ended(sheet))


def write_pack(sheets: Sequence[tuple[str, Sheet, int]], file: BinaryIO) -> None:
    """Write several sheets, each with the name of its page and its version, into one workbook."""
    papers = [_paper(sheet, name, version) for name, sheet, version in sheets]
    write_papers(papers, _FORM, file, _ended(sheets[0][1]))


def _ended(sheet: Sheet) -> datetime:
    return datetime.combine(sheet.ended_on, time.min, UTC)


def _paper(sheet: Sheet, name: str, version: int) -> Paper:
    corrected = f"（更正，第{version}版）" if version > 1 else ""
    return Paper(
        name=name,
        title=f"{sheet.title}{corrected}",
        whose=f"填报单位：{sheet.area}",
        period=f"所属期间：{sheet.period}",
        unit=f"单位：{sheet.unit}",
        heads=tuple(Head(column.title, column.shape) for column in sheet.columns),
        rows=sheet.rows,
        sums=sheet.sums,
        notes=sheet.notes,
    )
