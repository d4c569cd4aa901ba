"""The referral form as a PDF: A4, one copy a page, its font embedded."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF

from kernel.printing.fonts import font_for
from referral.printing.api.paper import Paper, SignedField, Tick

# Millimetres on A4.
_LEFT, _WIDTH, _ROW, _OPINION = 16.0, 178.0, 12.0, 38.0
_COLUMNS: Final = (34.0, 40.0, 22.0, 26.0, 26.0, 30.0)
_FONT: Final = "form"
_TICKS_IN_LINE: Final = 4
_LONG: Final = 60


def pdf_of(paper: Paper, made_at: datetime) -> bytes:
    """The whole document; the same referral at the same moment gives the same bytes."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_title(paper.title)
    pdf.set_lang("zh-CN")
    pdf.set_auto_page_break(auto=False)
    with tempfile.TemporaryDirectory() as folder:
        font = Path(folder) / "form.ttf"
        font.write_bytes(font_for(_texts(paper)))
        pdf.add_font(_FONT, fname=font)
        for number, kept in enumerate(paper.copies, start=1):
            pdf.add_page()
            _Copy(pdf, paper).draw(f"第{number}联 {kept}")
        return bytes(pdf.output())


class _Copy:
    """One page while it is drawn, from the top down."""

    def __init__(self, pdf: FPDF, paper: Paper) -> None:
        self._pdf = pdf
        self._paper = paper
        self._y = 16.0

    def draw(self, kept: str) -> None:
        paper, holder = self._paper, self._paper.holder
        self._text(_LEFT, self._y, _WIDTH, f"编号：{paper.number}", size=8)
        self._text(_LEFT, self._y, _WIDTH, kept, size=9, align="R")
        self._text(_LEFT, self._y + 10, _WIDTH, paper.title, size=17, align="C")
        self._y += 26
        self._line_of(("患者姓名", holder.name), ("性别", holder.sex), ("出生年月", holder.born))
        self._line_of(("联系电话", holder.phone), ("家庭住址", holder.address))
        self._line_of(("身份证号", holder.id_number), ("社保卡号\n(医保卡号)", holder.card_number))
        self._ticks()
        self._field("疾病初步诊断", paper.diagnosis)
        for field in paper.signed_fields:
            self._signed(field)
        emergency = f"（急诊，{paper.emergency}入院）" if paper.emergency else ""
        self._field("转入医院(附注)", paper.receiving_hospital + emergency)
        for i, note in enumerate((*paper.notes, *filter(None, [holder.compared]))):
            self._text(_LEFT, self._y + 4 + 6 * i, _WIDTH, note, size=8.5)

    def _line_of(self, *cells: tuple[str, str]) -> None:
        widths = _COLUMNS if len(cells) * 2 == len(_COLUMNS) else (34.0, 40.0, 22.0, 82.0)
        height = max(self._height(text, width) for (_, text), width in zip(cells, widths[1::2], strict=True))
        x = _LEFT
        for (heading, text), heading_width, width in zip(cells, widths[::2], widths[1::2], strict=True):
            self._box(x, heading_width, height, heading, align="C", size=9)
            self._box(x + heading_width, width, height, text, size=size_of(text))
            x += heading_width + width
        self._y += height

    def _field(self, heading: str, text: str) -> None:
        height = self._height(text, _WIDTH - _COLUMNS[0])
        self._box(_LEFT, _COLUMNS[0], height, heading, align="C", size=9)
        self._box(_LEFT + _COLUMNS[0], _WIDTH - _COLUMNS[0], height, text, size=size_of(text))
        self._y += height

    def _ticks(self) -> None:
        lines = -(-len(self._paper.ticks) // _TICKS_IN_LINE)
        height = _ROW + 7 * (lines - 1)
        self._box(_LEFT, _COLUMNS[0], height, "贫困人口\n身份属性", align="C", size=9)
        self._box(_LEFT + _COLUMNS[0], _WIDTH - _COLUMNS[0], height, "")
        for place, tick in enumerate(self._paper.ticks):
            line, column = divmod(place, _TICKS_IN_LINE)
            self._tick(tick, _LEFT + _COLUMNS[0] + 4 + 34 * column, self._y + 4.3 + 7 * line)
        self._y += height

    def _tick(self, tick: Tick, x: float, top: float) -> None:
        side = 3.4
        self._pdf.rect(x, top, side, side)
        if tick.ticked:
            self._pdf.set_line_width(0.6)
            self._pdf.line(x + 0.6, top + 1.8, x + 1.4, top + 2.8)
            self._pdf.line(x + 1.4, top + 2.8, x + 2.9, top + 0.6)
            self._pdf.set_line_width(0.2)
        self._text(x + side + 0.6, top - 0.8, 30, tick.label, size=9.5)

    def _signed(self, field: SignedField) -> None:
        x, width = _LEFT + _COLUMNS[0] + 3, _WIDTH - _COLUMNS[0] - 6
        top, height = self._y, max(_OPINION, self._height(field.text, width) + 16)
        self._box(_LEFT, _COLUMNS[0], height, field.heading, align="C", size=9)
        self._box(_LEFT + _COLUMNS[0], _WIDTH - _COLUMNS[0], height, "")
        self._text(x, top + 3, width, field.text, size=size_of(field.text))
        self._text(x, top + height - 15, width, field.signature + "　　　　", align="R")
        self._text(x, top + height - 8, width, field.day, align="R")
        self._y = top + height

    def _height(self, text: str, width: float) -> float:
        """The height of a row that holds a text, at least an empty row's."""
        if not text:
            return _ROW
        self._pdf.set_font(_FONT, size=size_of(text))
        needed = self._pdf.multi_cell(width, 4.8, text, dry_run=True, output="HEIGHT")
        assert isinstance(needed, float), "HEIGHT asks for one number"
        return max(_ROW, needed + 3)

    def _box(self, x: float, width: float, height: float, text: str, *, align: str = "L", size: float = 10.5) -> None:
        self._pdf.rect(x, self._y, width, height)
        self._pdf.set_font(_FONT, size=size)
        needed = self._pdf.multi_cell(width, 4.8, text, align=align, dry_run=True, output="HEIGHT") if text else 0.0
        assert isinstance(needed, float), "HEIGHT asks for one number"
        top = self._y + max(0.5, (height - needed) / 2)
        self._text(x, top, width, text, align=align, size=size)

    def _text(self, x: float, y: float, width: float, text: str, *, align: str = "L", size: float = 10.5) -> None:
        self._pdf.set_font(_FONT, size=size)
        self._pdf.set_xy(x, y)
        self._pdf.multi_cell(width, 4.8, text, align=align)


def size_of(text: str) -> float:
    """The size of a text in points: long ones are set smaller, so that every form stays on one page."""
    return 10.5 if len(text) <= _LONG else 8.5


def _texts(paper: Paper) -> str:
    holder = "".join(getattr(paper.holder, name) for name in paper.holder.__struct_fields__)
    opinions = "".join(o.heading + o.text + o.signature + o.day for o in paper.signed_fields)
    fixed = "".join((paper.title, *paper.copies, *paper.notes, *(tick.label for tick in paper.ticks), _HEADINGS))
    return fixed + holder + opinions + paper.diagnosis + paper.number + paper.receiving_hospital + paper.emergency


_HEADINGS: Final = (
    "编号：第123联患者姓名性别出生年月联系电话家庭住址身份证号社保卡号(医保卡号)贫困人口身份属性疾病初步诊断"
    "转入医院(附注)（急诊，入院） ?　"
)
