"""A bank's statement as a table: CSV in UTF-8 or GB 18030, or XLSX; its headings are those that banks print.

The last row says 合计 with the sums of both columns: without it nobody could tell a file that was cut off.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from fund_ledger.bank.domain.statement import LINES_MAX
from fund_ledger.bank.reading.packed import check_packed
from fund_ledger.bank.reading.said import Said, SaidLine, fen_of, malformed, truncated
from fund_ledger.bank.reading.words import kept, names_in
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

#: A sample of headings of Chinese banks' exports; a bank that prints others is added here.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("交易日期", "记账日期", "入账日期", "日期"),
    "out": ("借方发生额", "借方金额", "支出金额", "支出", "借方"),
    "in": ("贷方发生额", "贷方金额", "收入金额", "收入", "贷方"),
    "balance": ("账户余额", "余额"),
    "reference": ("交易流水号", "流水号", "凭证号"),
    "text": ("摘要", "用途", "附言", "备注"),
}
_SUM: Final = "合计"
#: Banks print some rows of heading before the table: name of the account, days, currency.
_HEAD_ROWS_MAX: Final = 20
_DAY_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")

Row = Sequence[Any]


def csv_rows(content: bytes) -> list[Row]:
    """The rows of a CSV file. Raises Refused BANK_FILE_MALFORMED."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding)), strict=True))
        except UnicodeDecodeError:
            continue
        except csv.Error as wrong:
            raise malformed("the file", str(wrong)) from None
    raise malformed("the file", "it is neither UTF-8 nor GB 18030")


def xlsx_rows(content: bytes) -> list[Row]:
    """The rows of the first sheet of a workbook. Raises Refused BANK_FILE_MALFORMED."""
    check_packed(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return list(book.get_sheet_by_index(0).to_python())
    except (CalamineError, IndexError, ValueError) as wrong:
        raise malformed("the file", f"it cannot be opened as a workbook ({type(wrong).__name__})") from None


def table(rows: Sequence[Row]) -> Said:
    """What a table says. Raises Refused BANK_FILE_MALFORMED, _TRUNCATED, _SUM, _EMPTY or _TOO_LONG."""
    head, at = _head(rows)
    lines: list[SaidLine] = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if not any(_text(cell) for cell in row):
            continue
        if any(_text(cell).startswith(_SUM) for cell in row):
            _check_sum_row(row, at, lines)
            return _said(lines)
        if len(lines) == LINES_MAX:
            raise Refused("BANK_FILE_TOO_LONG", f"one file may have {LINES_MAX} lines; take fewer days at once")
        lines.append(_line(row, at, f"row {number}"))
    raise truncated(f"the last row does not say {_SUM}")


def _said(lines: list[SaidLine]) -> Said:
    if not lines:
        raise Refused("BANK_FILE_EMPTY", "the file has no line")
    if len(lines) > 1 and not _leads(lines[0], lines[1]) and _leads(lines[1], lines[0]):
        lines = lines[::-1]  # the newest stands first
    first, last = lines[0], lines[-1]
    assert first.balance_fen is not None, "a table has balances"
    assert last.balance_fen is not None, "a table has balances"
    days = [line.entered_on for line in lines]
    return Said(lines, first.balance_fen - first.amount_fen, last.balance_fen, min(days), max(days))


def _leads(one: SaidLine, other: SaidLine) -> bool:
    return one.balance_fen is not None and one.balance_fen + other.amount_fen == other.balance_fen


def _head(rows: Sequence[Row]) -> tuple[int, dict[str, list[int]]]:
    for number, row in enumerate(rows[:_HEAD_ROWS_MAX]):
        at: dict[str, list[int]] = {}
        for column, cell in enumerate(row):
            for meaning, names in _HEADINGS.items():
                if _text(cell).partition("(")[0].partition("（")[0] in names:
                    at.setdefault(meaning, []).append(column)
        if {"day", "out", "in", "balance"} <= at.keys():
            return number, at
    wanted = "、".join(names[0] for names in _HEADINGS.values())
    raise malformed("the file", f"no row has the headings {wanted}")


def _line(row: Row, at: Mapping[str, list[int]], where: str) -> SaidLine:
    came, went = fen_of(_cell(row, at["in"][0]), where), fen_of(_cell(row, at["out"][0]), where)
    if came < 0 or went < 0 or bool(came) == bool(went):
        raise malformed(where, "either money came in or it went out; one of the two columns has an amount above zero")
    day = _day(_cell(row, at["day"][0]), where)
    reference = _text(_cell(row, at["reference"][0])) if "reference" in at else ""
    text = " ".join(_text(_cell(row, column)) for column in at.get("text", ()))
    return SaidLine(
        value_on=day,
        entered_on=day,
        amount_fen=came - went,
        balance_fen=fen_of(_cell(row, at["balance"][0]), where),
        reference=kept(reference),
        text=kept(text),
        names=names_in(reference, text),
    )


def _check_sum_row(row: Row, at: Mapping[str, list[int]], lines: Sequence[SaidLine]) -> None:
    for meaning, sign in (("out", -1), ("in", 1)):
        told = fen_of(_cell(row, at[meaning][0]), f"the row {_SUM}")
        right = sum(line.amount_fen * sign for line in lines if line.amount_fen * sign > 0)
        if told != right:
            detail = (
                f"{_HEADINGS[meaning][0]}: {_SUM} says {yuan_from_fen(told)} yuan, the lines {yuan_from_fen(right)}"
            )
            raise Refused("BANK_FILE_SUM", detail)


def _cell(row: Row, column: int) -> Any:
    return row[column] if column < len(row) else ""


def _text(cell: Any) -> str:
    return str(cell).strip() if cell is not None else ""


def _day(cell: Any, where: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell).partition(" ")[0].removesuffix(".0")
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no time
        except ValueError:
            continue
    raise malformed(where, f"{text[:20]!r} is no day")
