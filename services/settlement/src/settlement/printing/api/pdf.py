"""The settlement list as a PDF: A4, as many pages as the statement needs, its font embedded."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from kernel.printing.fonts import font_for
from settlement.printing.api.paper import DAY, HAND, HEADINGS, NOT_VALID, NOTE, SEALS, TITLE, Paper

# Millimetres on A4.
_MARGIN, _LINE, _SEAL = 16.0, 5.6, 26.0
_FONT: Final = "list"
_PLAIN: Final = FontFace(emphasis=None)


def pdf_of(paper: Paper, made_at: datetime) -> bytes:
    """The whole document; the same settlement at the same moment gives the same bytes."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_title(TITLE)
    pdf.set_lang("zh-CN")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    with tempfile.TemporaryDirectory() as folder:
        font = Path(folder) / "list.ttf"
        font.write_bytes(font_for(_texts(paper)))
        pdf.add_font(_FONT, fname=font)
        pdf.add_page()
        _draw(pdf, paper)
        return bytes(pdf.output())


def _draw(pdf: FPDF, paper: Paper) -> None:
    pdf.set_font(_FONT, size=17)
    pdf.cell(0, 10, TITLE, align="C", new_x="LMARGIN", new_y="NEXT")
    if paper.revoked:
        pdf.cell(0, 9, NOT_VALID, align="C", border=1, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FONT, size=10)
    pdf.ln(3)
    _rows(pdf, [tuple(part for name in HAND for part in (name, ""))], (18, 36, 18, 60, 18, 28))
    _rows(pdf, list(paper.head), (30, 148))
    pdf.ln(3)
    _rows(pdf, [HEADINGS, *paper.payers], (56, 30, 32, 60), amounts_in=1)
    _rows(pdf, list(paper.sums), (56, 122))
    pdf.ln(3)
    for number, line in enumerate(paper.lines, start=1):
        # Without a blank behind the number, or a long sentence would begin below it.
        pdf.multi_cell(0, _LINE, f"{number}．{line}", align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    _seals(pdf)
    pdf.set_font(_FONT, size=8.5)
    pdf.multi_cell(0, _LINE, NOTE, new_x="LMARGIN", new_y="NEXT")


def _rows(pdf: FPDF, rows: list[tuple[str, ...]], widths: tuple[int, ...], *, amounts_in: int | None = None) -> None:
    align = tuple("RIGHT" if place == amounts_in else "LEFT" for place in range(len(widths)))
    with pdf.table(
        first_row_as_headings=False,
        headings_style=_PLAIN,
        borders_layout=TableBordersLayout.ALL,
        col_widths=widths,
        text_align=align,
        line_height=_LINE,
        padding=1,
    ) as table:
        for row in rows:
            table.row(row)


def _seals(pdf: FPDF) -> None:
    if pdf.will_page_break(_SEAL):
        pdf.add_page()
    width, top = pdf.epw / len(SEALS), pdf.get_y()
    for place, name in enumerate(SEALS):
        left = _MARGIN + place * width
        pdf.rect(left, top, width, _SEAL)
        pdf.set_xy(left, top + 1)
        pdf.cell(width, _LINE, name)
        pdf.set_xy(left, top + _SEAL - _LINE - 1)
        pdf.cell(width, _LINE, DAY, align="R")
    pdf.set_xy(_MARGIN, top + _SEAL + 2)


def _texts(paper: Paper) -> str:
    told = [text for row in (*paper.head, *paper.payers, *paper.sums) for text in row]
    fixed = (TITLE, DAY, NOTE, NOT_VALID, *HAND, *SEALS, *HEADINGS, "0123456789．. ")
    return "".join((*fixed, *told, *paper.lines))
