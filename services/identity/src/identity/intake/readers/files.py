"""Files as rows by column: workbooks and texts, whatever their encoding; what cannot be a list is refused whole."""

from collections.abc import Generator
from typing import BinaryIO

from identity.intake.domain import file_refused
from identity.intake.readers.headings import check_columns, known_in, no_headings
from identity.intake.readers.kinds import Kind, declared, kind_of
from identity.intake.readers.layout import Layout, RawRow
from identity.intake.readers.limits import LIMITS, Limits
from identity.intake.readers.objects import object_rows
from identity.intake.readers.packages import too_heavy
from identity.intake.readers.tables import Opened, Telling, holds_numbers, numbers, open_sheet, people_of
from identity.intake.readers.texts import csv_text
from identity.intake.readers.workbooks import Sheet, sheets_of


def rows_of(
    file: BinaryIO, media_type: str, layout: Layout, telling: Telling, limits: Limits = LIMITS
) -> Generator[RawRow, None, None]:
    """The rows of a file in order; the file stays open. Raises FileRefusedError on the way."""
    kind = kind_of(file, media_type)
    if kind is not declared(media_type):
        telling.add(
            "KIND_OTHER", f"文件其实是 {kind.value}，已按 {kind.value} 读取", f"the file is really {kind.value}"
        )
    match kind:
        case Kind.NDJSON:
            yield from object_rows(file, layout, limits)
        case Kind.CSV:
            yield from _csv_rows(file, layout, telling, limits)
        case _:
            yield from _workbook_rows(file, kind, layout, telling, limits)


def _csv_rows(file: BinaryIO, layout: Layout, telling: Telling, limits: Limits) -> Generator[RawRow, None, None]:
    sheet, is_ended = csv_sheet(file, layout, limits)
    opened = open_sheet(sheet, layout, limits)
    if opened.headings is None:
        raise no_headings(layout)
    yield from _some(people_of(opened, layout, telling, place=0, is_ended=is_ended))


def csv_sheet(file: BinaryIO, layout: Layout, limits: Limits) -> tuple[Sheet, bool]:
    """A text of cells as a sheet without a name, and whether its last line is ended."""
    text = csv_text(file, limits, lambda cells: known_in(cells, layout))
    return Sheet(name="", rows=text.rows), text.is_ended


def _workbook_rows(
    file: BinaryIO, kind: Kind, layout: Layout, telling: Telling, limits: Limits
) -> Generator[RawRow, None, None]:
    others: list[Opened] = []
    any_sheet = any_list = any_row = False
    for sheet in sheets_of(file, kind, limits):
        any_sheet = True
        opened = open_sheet(sheet, layout, limits)
        if not opened.is_list:
            others.append(opened)
            _leave_out(opened, layout, telling)
            continue
        any_list = True
        if len(telling.sheets) == limits.sheets:
            raise too_heavy(f"超过 {limits.sheets} 张工作表", f"more than {limits.sheets} sheets")
        _tell_of(sheet, telling)
        for row in people_of(opened, layout, telling, place=len(telling.sheets)):
            any_row = True
            yield row
        telling.sheets.append(sheet.name)
    if not any_sheet:
        raise file_refused("FEED_FILE_EMPTY", "工作簿是空的", "the workbook is empty", 1)
    if not any_list:
        _check_list(others, layout)
        raise no_headings(layout)
    if not any_row:
        raise no_rows()
    if len(telling.sheets) > 1:
        names = "、".join(telling.sheets)
        telling.add("SHEETS_READ", f"读取了 {len(telling.sheets)} 张工作表：{names}", f"sheets that were read: {names}")


def _leave_out(opened: Opened, layout: Layout, telling: Telling) -> None:
    """A sheet without a list: instructions, sums. Raises FileRefusedError FEED_SHEET_UNREAD where it holds people."""
    name = opened.sheet.name
    if holds_numbers(opened):
        if opened.headings is not None:
            _check_list([opened], layout)
        raise file_refused(
            "FEED_SHEET_UNREAD",
            f"工作表“{name}”里有身份证号，但没有找到表头；请补上表头，或删去这张表",
            f"the sheet {name} holds ID numbers, but no row of headings is known; add one, or take the sheet out",
        )
    telling.add("SHEET_SKIPPED", "这张工作表没有名单，未读取", "this sheet has no list and is not read", name)


def _check_list(others: list[Opened], layout: Layout) -> None:
    for opened in others:
        if opened.headings is not None:
            check_columns(opened.headings, layout, opened.sheet.name)


def _tell_of(sheet: Sheet, telling: Telling) -> None:
    if sheet.is_hidden:
        telling.add("SHEET_HIDDEN", "这张工作表是隐藏的，也已读取", "this sheet is hidden and is read, too", sheet.name)
    if rows := [row for row in sheet.hidden_rows if row]:
        named = numbers(rows)
        telling.add("ROWS_HIDDEN", f"隐藏的行也已读取：{named}", f"hidden rows are read, too: {named}", sheet.name)
    elif sheet.hidden_rows:
        telling.add("ROWS_HIDDEN", f"有 {len(sheet.hidden_rows)} 行是隐藏的，也已读取", "hidden rows are read, too")
    if sheet.formulas_without_value:
        telling.add(
            "FORMULAS_EMPTY",
            f"有 {sheet.formulas_without_value} 个公式没有保存结果，按空单元格处理；请在 Excel 或 WPS 里打开并保存",
            f"{sheet.formulas_without_value} formulas have no saved value and count as empty",
            sheet.name,
        )


def _some(rows: Generator[RawRow, None, None]) -> Generator[RawRow, None, None]:
    any_row = False
    for row in rows:
        any_row = True
        yield row
    if not any_row:
        raise no_rows()


def no_rows() -> Exception:
    """The refusal of headings without anything below them."""
    return file_refused("FEED_FILE_EMPTY", "有表头，但没有数据行", "the file has headings, but no rows")
