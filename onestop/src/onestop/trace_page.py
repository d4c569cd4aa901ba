"""A settlement's story as a page to print from a browser: A4, in the words of the office that is asked about it."""

from collections.abc import Sequence
from html import escape
from typing import Final

from kernel.values.china_time import CHINA
from kernel.values.money import yuan_from_fen
from law import Adjudication
from onestop.trace import Step, Story
from onestop.trace_printing import how_of, summary_of

_TITLE: Final = "结算追溯单"
_PAYERS: Final = ("支付方", "金额（元）", "计算过程", "依据条款")
_STEPS: Final = ("时间", "服务", "经办", "事项", "内容")
_MONEY: Final = ' class="amount"'
_STYLE: Final = """
@page { size: A4; margin: 16mm }
body { font: 10pt/1.5 "Noto Serif SC", "Source Han Serif SC", SimSun, "Songti SC", serif; color: #000; margin: 0 auto;
  max-width: 178mm }
h1 { text-align: center; font-size: 17pt; margin: 4mm 0 }
h2 { font-size: 12pt; margin: 4mm 0 1mm }
table { width: 100%; border-collapse: collapse; margin-bottom: 3mm }
th, td { border: 1px solid #000; padding: 1.2mm 1.8mm; text-align: left; font-weight: normal; overflow-wrap: anywhere }
td.amount { text-align: right; white-space: nowrap }
thead { display: table-header-group }
tr { break-inside: avoid }
"""


def page_of(story: Story) -> str:
    """The whole page: the bill layer by layer with its clauses, what was supplemented, and every step; all escaped."""
    settled = story.settlement
    bills = [_bill("各方支付", settled.adjudication)]
    bills += [_bill(f"补付 {one.supplement_id} 之后", one.adjudication) for one in story.supplements]
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_TITLE}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{_TITLE}</h1>{_head(story)}{''.join(bills)}"
        f"<h2>经过</h2>{_table(_STEPS, [_step(one) for one in story.steps])}</body></html>"
    )


def _head(story: Story) -> str:
    settled = story.settlement
    rows = (
        ("结算编号", settled.settlement_id),
        ("定点医疗机构", settled.hospital_id),
        ("就诊编号", settled.encounter_id),
        ("人员编号", settled.person_id),
        ("类别", settled.claim.kind),
    )
    return f"<table>{''.join(f'<tr><th>{name}</th><td>{escape(text)}</td></tr>' for name, text in rows)}</table>"


def _bill(title: str, result: Adjudication) -> str:
    law = f"{result.document}（{result.policy_id}），身份 {result.category}"
    rows = [
        (escape(one.payer), yuan_from_fen(one.amount_fen), escape(how_of(one)), escape(one.clause))
        for one in result.layers
    ]
    rows += [
        ("个人负担", yuan_from_fen(result.patient_pays_fen), "", ""),
        ("总费用", yuan_from_fen(result.total_fen), "", ""),
    ]
    if result.payout_fen:
        rows.append(("另付个人", yuan_from_fen(result.payout_fen), "", ""))
    return f"<h2>{escape(title)}</h2><p>{escape(law)}</p>{_table(_PAYERS, rows)}"


def _step(step: Step) -> tuple[str, ...]:
    when = f"{step.occurred_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return when, step.service, escape(step.actor), escape(step.type), escape(summary_of(step))


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of cells that are escaped already; the second column of a bill is money."""
    money = headings is _PAYERS
    body = "".join(
        "<tr>"
        + "".join(f"<td{_MONEY if money and at == 1 else ''}>{cell}</td>" for at, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{''.join(f'<th>{one}</th>' for one in headings)}</tr></thead>{body}</table>"
