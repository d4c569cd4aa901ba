"""The file for the bank: a table with its name, count and sum, as CSV, which the check sum is of, and as a workbook.

Its form is a sample: which columns a bank takes is agreed with the bank.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import xlsxwriter

from fund_ledger.payees.domain import Details
from fund_ledger.payment_files.domain.file import FileLine, PaymentFile
from kernel.values.money import yuan_from_fen

_COLUMNS: Final = ("序号", "收款人户名", "收款账号", "开户行", "联行号", "金额（元）", "附言")
_WIDTHS: Final = (18, 30, 26, 36, 16, 16, 44)
_A4: Final = 9
FILE: Final = "付款文件"
CHECKSUM: Final = "校验值（SHA-256）"
SUM: Final = "合计"


def csv_file(of: PaymentFile, lines: Iterable[FileLine], accounts: Mapping[str, Details]) -> bytes:
    """The file as CSV in UTF-8: the same bytes whenever it is made."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*_head(of), list(_COLUMNS), *_rows(lines, accounts), _sums(of)])
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(of: PaymentFile, lines: Iterable[FileLine], accounts: Mapping[str, Details], sha256: str) -> bytes:
    """The same as a workbook to be printed and signed; ``sha256`` is that of the CSV."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": f"{FILE} {of.file_id}"})
        page, bold = book.add_worksheet(FILE), book.add_format({"bold": True, "border": 1})
        cell = book.add_format({"border": 1, "num_format": "@", "text_wrap": True, "valign": "vcenter"})
        money = book.add_format({"border": 1, "num_format": "#,##0.00"})
        page.set_paper(_A4)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for place, width in enumerate(_WIDTHS):
            page.set_column(place, place, width)
        rows = [*_head(of), [CHECKSUM, sha256], list(_COLUMNS)]
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                page.write_string(number, place, text, bold if number == len(rows) - 1 else None)
        page.repeat_rows(len(rows) - 1)
        for number, row in enumerate([*_rows(lines, accounts), _sums(of)], start=len(rows)):
            for place, text in enumerate(row):
                if _COLUMNS[place].startswith("金额"):
                    page.write_number(number, place, Decimal(text), money)
                else:
                    page.write_string(number, place, text, cell)
        page.write_string(len(rows) + of.lines + 2, 1, "制单：")
        page.write_string(len(rows) + of.lines + 2, 3, "复核：")
        page.write_string(len(rows) + of.lines + 2, 5, "（盖章）")
    return file.getvalue()


def _head(of: PaymentFile) -> list[list[str]]:
    return [[FILE, of.file_id], ["付款账户", f"{of.county} {of.fund}"], ["日期", f"{of.made_on}"]]


def _rows(lines: Iterable[FileLine], accounts: Mapping[str, Details]) -> list[list[str]]:
    return [_row(line, accounts[line.account_id]) for line in lines]


def _row(line: FileLine, to: Details) -> list[str]:
    amount = yuan_from_fen(line.amount_fen)
    return [str(line.number), to.holder, to.number, to.bank, to.bank_code, amount, line.journal_id]


def _sums(of: PaymentFile) -> list[str]:
    return [SUM, f"{of.lines}笔", "", "", "", yuan_from_fen(of.total_fen), ""]
