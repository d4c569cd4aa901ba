"""The papers of the books as workbooks, in the form of a finance office."""

import io
from typing import Final

from fund_ledger.reports.domain import Sheet
from kernel.printing.workbook import Form, Head, Paper, write_papers

_FORM: Final = Form(
    signatures=("制表：", "复核：", "负责人：", "（盖章）"),
    widths={"money": 17, "day": 12, "text": 20},
    upright_max=5,
    money="#,##0.00;[Red]-#,##0.00",
    row_height=19,
    heading_height=24,
    heading_shade="#EEEEEE",
)


def workbook(sheet: Sheet) -> bytes:
    """The bytes of a workbook of one sheet."""
    paper = Paper(
        name="报表",
        title=sheet.title,
        whose=f"单位：{sheet.place}",
        period=f"期间：{sheet.period}",
        unit="金额单位：元",
        heads=tuple(Head(column.title, column.shape) for column in sheet.columns),
        rows=sheet.rows,
        sums=sheet.sums,
    )
    file = io.BytesIO()
    write_papers([paper], _FORM, file)
    return file.getvalue()
