"""Rows below headings that are about nobody: sums, signatures, places over their people, hints how to fill columns in.

No document prescribes how these look: they are samples. A row with an ID number is always about somebody.
"""

import re
from collections.abc import Sequence
from typing import Final

from identity.intake.readers.folding import fold_heading
from identity.intake.readers.headings import ID_NUMBER, Headings
from identity.intake.readers.layout import Layout

SUMS: Final = frozenset(("合计", "小计", "总计", "共计", "累计", "总合计", "本页合计", "本页小计"))
_REMARK: Final = re.compile(
    r"(合计|小计|总计|共计|累计|本页|以下空白|以下无正文|以上|此页|制表|填表|填报|审核|审批|复核|负责人|主要负责|分管|主管|"
    r"经办|单位|日期|备注|注\d*[:.、]|注$|注意|说明|签字|签章|签名|盖章|公章|联系人|联系电话|打印|报送|第\d+页|共\d+页|[-—]+$|"
    r"公示|监督|举报|特此|统计|总?户数|总?人数|户均|\d+/\d+$|\d{1,4}[-—]+$|本(?:月|季|年|次)(?:新增|增加|减少|退出|停发|变更|取消))"
)
#: Lines and brackets that such a row begins with.
_LEADING: Final = "-—_=(（*·. "
#: In whatever a row says first: somebody signs here, or a sum is of a place.
_SIGNED: Final = re.compile(r"[(（]?(?:签名|签字|签章|盖章|公章)[)）]?|^.{0,20}(?:合计|小计|总计)[:：]?(?:\d+[人户])*$")
#: A row with one cell of this kind is a place's or an office's, over or under its people.
_PLACE_OR_OFFICE: Final = re.compile(
    r".{0,30}(?:街道|街道办|镇|乡|村|社区|居委会|村委会|办事处|县|区|市|旗|局|所|站|中心|联合会|残联|医院|院|厅|委|政府|小组|组|队|户|"
    r"[(]章[)]|盖章[)]?|签章[)]?|名单|花名册|汇总表|表)[:：(]?.{0,12}"
)
_SUM_IN_WORDS: Final = re.compile(
    r"(?:以上|全县|全镇|全区|全村|合计|总计|共计?|总)?(?:人数|户数|共)?[:：]?\d+[户人](?:[,，、]?\d+人)?[。.]?"
)
_SIGNS: Final = re.compile(r"[※*#★☆【(（].*")
#: Nobody is called so, however short it is.
_PLACE_FOR_SURE: Final = re.compile(r".*(?:街道|社区|居委会|村委会|办事处)")
_CHAPTER: Final = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")
_CHAPTER_WITH_TITLE: Final = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．].+")
#: In a row below the headings that says how to fill the columns in.
_HINTS: Final = frozenset(
    (
        "文本", "文本型", "字符", "字符型", "字符串", "日期", "日期型", "数字", "数值",
        "必填", "选填", "非必填", "必填项", "选填项",
        "必录", "下拉选择", "下拉", "TEXT", "STRING", "VARCHAR", "CHAR", "DATE", "NUMBER", "INT",
    )
)  # fmt: skip
#: With a colon, or as a word alone: people are called 如意, and made-up ones 示例1.
_EXAMPLE: Final = re.compile(r"(?:例|示例|样例|范例|举例|例如|如)[:：].*|例|例如|样例|范例|举例|[示样范]例行")
#: Or in words of its own.
_HINT_IN_WORDS: Final = re.compile(
    r"(?:请|格式|填写?|按|如[:：]?\d|例如|参照|见|限|YYYY).*|\d+位.*|汉字|.*(?:代码|格式|下拉.*选择|填写)"
)
_NUMBERING: Final = re.compile(r"\d{1,2}|[甲乙丙丁戊己庚辛]|[A-Z]|\(\d{1,2}\)|[①-⑳]")
_NUMBER_BEFORE_NOBODY_MAX: Final = 6
_NAME_SHORT: Final = 4
_PLACES_MAX: Final = 2
#: A day on which a list was signed.
_DATE_ALONE: Final = re.compile(r"^(?:日期[:：]?)?\d{4}年")


class Nobody:
    """Knows the rows of a table that are about nobody."""

    def __init__(self, headings: Headings, layout: Layout) -> None:
        self._layout = layout
        self._named = [(place, column) for place, column in enumerate(headings.columns) if column is not None]
        self._headings = [folded for cell in headings.cells if (folded := fold_heading(cell))]
        self._name = next((place for place, column in self._named if column == "name"), None)

    def is_nobody(self, values: Sequence[str], number: str, *, first: bool) -> bool:
        """Whether a row is about nobody; ``number`` is its cell for the ID number, ``first`` the one below headings."""
        if first and (any(_EXAMPLE.fullmatch(text) for text in (values[0].strip(), number)) or "示例" in number):
            return True
        if ID_NUMBER.search(number):
            return False
        said = [fold_heading(value) for value in values if value.strip()]
        if not said or _REMARK.match(said[0].lstrip(_LEADING)) or any(cell in SUMS for cell in said[:3]):
            return True
        if any(_SIGNED.search(cell) for cell in said[:2]) or (len(said) == _PLACES_MAX and self._are_places(values)):
            return True
        if len(said) == 1:
            return self._is_alone(values, said[0])
        return said == self._headings or (first and self._tells_how(values, said))

    def _tells_how(self, values: Sequence[str], said: Sequence[str]) -> bool:
        """Whether a row numbers the columns, says how to fill them in, or names them by the codes of a program."""
        if all(_NUMBERING.fullmatch(cell) for cell in said) or all(cell in _HINTS for cell in said):
            return True
        if 2 * sum(cell in _HINTS or _HINT_IN_WORDS.fullmatch(cell) is not None for cell in said) > len(said):
            return True
        again = [column for at, column in self._named if at < len(values) and self._layout.named(values[at]) == column]
        return len(again) > 1

    def _are_places(self, values: Sequence[str]) -> bool:
        """Whether two cells are a place and one in it, or a chapter's number and its place."""
        one, other = ((at, fold_heading(value)) for at, value in enumerate(values) if value.strip())
        return self._is_place(*other) and (self._is_place(*one) or _CHAPTER.fullmatch(one[1]) is not None)

    def _is_place(self, at: int, said: str) -> bool:
        """Whether a cell is a place and nobody's name."""
        if at == self._name and len(said) <= _NAME_SHORT:
            return _PLACE_FOR_SURE.fullmatch(said) is not None
        return _PLACE_OR_OFFICE.fullmatch(said) is not None

    def _is_alone(self, values: Sequence[str], said: str) -> bool:
        """Whether the one cell of a row is a number before nobody, a place or an office, a sum or a note."""
        if said.isdigit():
            return len(said) <= _NUMBER_BEFORE_NOBODY_MAX
        if _SUM_IN_WORDS.fullmatch(said) or _SIGNS.fullmatch(said) or _CHAPTER_WITH_TITLE.fullmatch(said):
            return True
        at = next(place for place, value in enumerate(values) if value.strip())
        # A name without a number is somebody.
        return _DATE_ALONE.search(said) is not None or self._is_place(at, said)
