"""A settlement's story as a page to print from a browser: A4, in the words of the office that is asked about it.

Headings, payers, reasons, events and kinds of care are Chinese, by the law that settled and the tables of names; ids,
accounts' funds and who did it stand as the platform keeps them.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from kernel.values.china_time import CHINA
from kernel.values.money import yuan_from_fen
from law import Adjudication
from law.statement import KINDS
from onestop.event_names import SERVICE_NAMES, event_name
from onestop.step_words import actor_of, words_of_step
from onestop.trace import Step, Story
from onestop.trace_words import BillWords

_TITLE: Final = "结算追溯单"
_PAYERS: Final = ("支付方", "金额（元）", "为何支付", "依据条款")
_STEPS: Final = ("时间", "系统", "经办", "事项", "内容")
_MONEY: Final = ' class="amount"'
#: Whoever serves the page names its digest, so that no other style is let in.
STYLE: Final = """
@page { size: A4; margin: 16mm }
body { font: 10pt/1.5 "Noto Serif SC", "Source Han Serif SC", SimSun, "Songti SC", serif; color: #000; margin: 0 auto;
  max-width: 178mm }
h1 { text-align: center; font-size: 17pt; margin: 4mm 0 }
h2 { font-size: 12pt; margin: 4mm 0 1mm }
table { width: 100%; border-collapse: collapse; margin-bottom: 3mm }
th, td { border: 1px solid #000; padding: 1.2mm 1.8mm; text-align: left; font-weight: normal; overflow-wrap: anywhere }
thead th { white-space: nowrap }
td.amount { text-align: right; white-space: nowrap }
td.when { width: 23mm }
td.short { white-space: nowrap }
td.who { width: 30mm }
td.what { width: 27mm }
thead { display: table-header-group }
tr { break-inside: avoid }
"""


def page_of(story: Story, left_out: int = 0) -> str:
    """The whole page: the bill layer by layer with its clauses, what was supplemented, and every step; all escaped.

    ``left_out`` steps are not for whoever asks, and the page says so.
    """
    bills = "".join(
        _bill("各方支付" if by is None else f"补付 {by} 之后", result, words) for by, result, words in story.bills
    )
    note = f"<p>另有 {left_out} 项发生在此人属于其他县期间，此处不列。</p>" if left_out else ""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_TITLE}</title>'
        f"<style>{STYLE}</style></head><body><h1>{_TITLE}</h1>{_head(story)}{bills}"
        f"<h2>经过</h2>{_table(_STEPS, [_step(one) for one in story.steps], _STEP_CELLS)}{note}</body></html>"
    )


_STEP_CELLS: Final = (' class="when"', ' class="short"', ' class="who"', ' class="what"', "")
_BILL_CELLS: Final = ("", _MONEY, "", "")


def _head(story: Story) -> str:
    settled = story.settlement
    rows = (
        ("结算编号", settled.settlement_id),
        ("定点医疗机构", settled.hospital_id),
        ("就诊编号", settled.encounter_id),
        ("人员编号", settled.person_id),
        ("就诊类型", KINDS.get(settled.claim.kind, settled.claim.kind)),
        ("出院（就诊）日期", settled.claim.discharged_on.isoformat()),
    )
    return f"<table>{''.join(f'<tr><th>{name}</th><td>{escape(text)}</td></tr>' for name, text in rows)}</table>"


def _bill(title: str, result: Adjudication, words: BillWords) -> str:
    rows = [
        (escape(told.name), yuan_from_fen(layer.amount_fen), escape(told.why), escape(told.clause))
        for layer, told in zip(result.layers, words.layers, strict=True)
    ]
    rows += [
        ("个人负担", yuan_from_fen(result.patient_pays_fen), "", ""),
        ("总费用", yuan_from_fen(result.total_fen), "", ""),
    ]
    if result.payout_fen:
        rows.append(("另付个人", yuan_from_fen(result.payout_fen), "", ""))
    law = f"{words.document}，身份类别：{words.category}，政策编号 {result.policy_id}"
    return f"<h2>{escape(title)}</h2><p>{escape(law)}</p>{_table(_PAYERS, rows, _BILL_CELLS)}"


def _step(step: Step) -> tuple[str, ...]:
    when = f"{step.occurred_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    texts = (SERVICE_NAMES.get(step.service, step.service), actor_of(step), event_name(step.type), words_of_step(step))
    return when, *map(escape, texts)


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], cells: tuple[str, ...]) -> str:
    """Rows of cells that are escaped already; ``cells`` are what stands in each column's tags."""
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(cells, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{''.join(f'<th>{one}</th>' for one in headings)}</tr></thead>{body}</table>"
