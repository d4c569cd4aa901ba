"""A month's list on paper: names, diagnosis and day of certification, and where the hospital seals it (003 三(九)).

The document asks for nothing else (不再需要提供其他材料): no number, no address.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

import msgspec

#: What a hospital certifies in a month fits this many lines many times over.
PAPER_LINES_MAX: Final = 2000
_PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 1.5cm }}
body {{ font-family: serif; margin: 1cm }} @media print {{ body {{ margin: 0 }} }}
h1 {{ font-size: 1.3em; text-align: center }} table {{ border-collapse: collapse; width: 100% }}
thead {{ display: table-header-group }} td, th {{ border: 1px solid; padding: 0.2em 0.5em; text-align: left }}
tr {{ break-inside: avoid }} .seal {{ text-align: right; break-inside: avoid }}
</style></head><body><h1>{title}</h1><p>认定机构：{hospital}</p>
<table><thead><tr><th>序号</th><th>姓名</th><th>疾病诊断</th><th>认定时间</th><th>备案</th></tr></thead>
{lines}</table><p>合计：{count} 人次</p>
<p class="seal">单位（公章）：　　　　　　　　<br><br>　　　年　　月　　日</p></body></html>
"""


class PaperLine(msgspec.Struct, frozen=True):
    """A certification on the list; ``filed_on`` is the day on which it was reported before, if it was."""

    name: str
    disease: str
    certified_on: date
    filed_on: date | None


def filing_paper(hospital: str, month: str, lines: Sequence[PaperLine]) -> str:
    """The page of a hospital and month, to be sealed."""
    return _PAGE.format(
        title=f"{month[:4]}年{int(month[5:])}月建档立卡人员门诊特殊慢性病认定名单",
        hospital=escape(hospital),
        lines="".join(_row(place, line) for place, line in enumerate(lines, start=1)),
        count=len(lines),
    )


def _row(place: int, line: PaperLine) -> str:
    filed = "" if line.filed_on is None else f"{line.filed_on.isoformat()} 已备案"
    cells = (str(place), line.name, line.disease, line.certified_on.isoformat(), filed)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
