"""The settlement list as a page to print from a browser: A4."""

from html import escape
from typing import Final

from settlement.printing.api.paper import DAY, HAND, HEADINGS, NOT_VALID, NOTE, SEALS, TITLE, Paper

_STYLE: Final = """
@page { size: A4; margin: 16mm }
body { font: 10.5pt/1.5 "Noto Serif SC", "Source Han Serif SC", SimSun, "Songti SC", serif; color: #000; margin: 0 auto;
  max-width: 178mm }
h1 { text-align: center; font-size: 17pt; margin: 4mm 0 }
.revoked { text-align: center; border: 2px solid #000; font-size: 15pt; margin: 0 30% 3mm }
table { width: 100%; border-collapse: collapse; margin-bottom: 3mm }
th, td { border: 1px solid #000; padding: 1.6mm 2.2mm; text-align: left; font-weight: normal; overflow-wrap: anywhere }
td.amount { text-align: right; white-space: nowrap } th { white-space: nowrap }
ol { margin: 0 0 3mm; padding-left: 6mm }
.seals td { height: 26mm; vertical-align: top; width: 33% }
.seals span { display: block; margin-top: 13mm; text-align: right }
"""


def html_of(paper: Paper) -> str:
    """The whole page; every text is escaped."""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{TITLE}</h1>{_mark(paper)}{_head(paper)}{_payers(paper)}"
        f"<ol>{''.join(f'<li>{escape(line)}</li>' for line in paper.lines)}</ol>{_seals()}<p>{NOTE}</p></body></html>"
    )


def _mark(paper: Paper) -> str:
    return f'<p class="revoked">{NOT_VALID}</p>' if paper.revoked else ""


def _head(paper: Paper) -> str:
    by_hand = "".join(f"<th>{name}</th><td></td>" for name in HAND)
    rows = "".join(f'<tr><th>{name}</th><td colspan="5">{escape(text)}</td></tr>' for name, text in paper.head)
    return f"<table><tr>{by_hand}</tr>{rows}</table>"


def _payers(paper: Paper) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="amount">{amount}</td><td>{payee}</td><td>{escape(clause)}</td></tr>'
        for name, amount, payee, clause in paper.payers
    )
    sums = "".join(f'<tr><th>{name}</th><td colspan="3">{text}</td></tr>' for name, text in paper.sums)
    headings = "".join(f"<th>{name}</th>" for name in HEADINGS)
    return f"<table><tr>{headings}</tr>{rows}{sums}</table>"


def _seals() -> str:
    cells = "".join(f"<td>{name}<span>{DAY}</span></td>" for name in SEALS)
    return f'<table class="seals"><tr>{cells}</tr></table>'
