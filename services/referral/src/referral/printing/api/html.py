"""The referral form as a page to print from a browser: A4, one copy a page."""

from html import escape
from typing import Final

from referral.printing.api.paper import Paper, SignedField

_STYLE: Final = """
@page { size: A4; margin: 18mm 16mm }
body { font: 11pt/1.5 "Noto Serif SC", "Source Han Serif SC", SimSun, "Songti SC", serif; color: #000; margin: 0 }
section { page-break-after: always; max-width: 178mm; margin: 0 auto; padding: 6mm 0 }
section:last-child { page-break-after: auto }
header { display: flex; justify-content: space-between; font-size: 9pt }
h1 { text-align: center; font-size: 18pt; margin: 6mm 0 5mm; letter-spacing: .05em }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
th, td { border: 1px solid #000; padding: 2.2mm 2.5mm; text-align: left; font-weight: normal; overflow-wrap: anywhere }
th { text-align: center }
.opinion td { height: 30mm; vertical-align: top; position: relative }
.signature { position: absolute; right: 6mm; bottom: 3mm; text-align: right }
.tick { margin-right: 5mm; white-space: nowrap }
footer { font-size: 9pt; margin-top: 3mm }
footer p { margin: 0 }
@media screen { body { background: #eee } section { background: #fff; padding: 14mm; margin: 8mm auto } }
"""
# The second column takes an ID number of 18 characters in one line.
_COLUMNS: Final = "".join(f'<col style="width:{width}%">' for width in (16.5, 30, 15, 9.5, 13, 16))


def html_of(paper: Paper) -> str:
    """The whole page; every text of the referral is escaped."""
    copies = "".join(_copy(paper, number, kept) for number, kept in enumerate(paper.copies, start=1))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(paper.title)}</title>'
        f"<style>{_STYLE}</style></head><body>{copies}</body></html>"
    )


def _copy(paper: Paper, number: int, kept: str) -> str:
    holder = paper.holder
    ticks = "".join(
        f'<span class="tick">{"☑" if tick.ticked else "☐"} {escape(tick.label)}</span>' for tick in paper.ticks
    )
    rows = [
        _row(("患者姓名", holder.name), ("性别", holder.sex), ("出生年月", holder.born)),
        _row(("联系电话", holder.phone), ("家庭住址", holder.address), wide=True),
        _row(("身份证号", holder.id_number), ("社保卡号(医保卡号)", holder.card_number), wide=True),
        f'<tr><th>贫困人口身份属性</th><td colspan="5">{ticks}</td></tr>',
        f'<tr><th>疾病初步诊断</th><td colspan="5">{escape(paper.diagnosis)}</td></tr>',
        *(_signed(field) for field in paper.signed_fields),
        f'<tr><th>转入医院<br>(附注)</th><td colspan="5">{_receiving(paper)}</td></tr>',
    ]
    notes = "".join(f"<p>{escape(note)}</p>" for note in (*paper.notes, *filter(None, [holder.compared])))
    return (
        f"<section><header><span>编号：{escape(paper.number)}</span><span>第{number}联 {escape(kept)}</span></header>"
        f"<h1>{escape(paper.title)}</h1><table><colgroup>{_COLUMNS}</colgroup>{''.join(rows)}</table><footer>{notes}</footer></section>"
    )


def _row(*cells: tuple[str, str], wide: bool = False) -> str:
    spans = (1, 3) if wide else (1, 1, 1)
    parts = (
        f'<th>{heading}</th><td colspan="{span}">{escape(text)}</td>'
        for (heading, text), span in zip(cells, spans, strict=True)
    )
    return f"<tr>{''.join(parts)}</tr>"


def _signed(field: SignedField) -> str:
    return (
        f'<tr class="opinion"><th>{field.heading}</th><td colspan="5">{escape(field.text)}'
        f'<div class="signature">{field.signature}　　　　　　<br>{field.day}</div></td></tr>'
    )


def _receiving(paper: Paper) -> str:
    emergency = f"（急诊，{paper.emergency}入院）" if paper.emergency else ""
    return escape(paper.receiving_hospital) + emergency
