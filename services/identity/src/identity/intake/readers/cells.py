"""Cells as ID numbers, texts, days and choices, whatever the file is about. No refusal repeats what they hold."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from identity.intake.domain import row_refused
from identity.intake.readers.days import read_day, read_last_day
from identity.intake.readers.folding import fold_word, is_invisible, listed, visible
from identity.persons.domain.names import check_name
from identity.persons.domain.resident_id import ResidentId, parse_resident_id
from kernel.values.refusals import Refused

T = TypeVar("T")
_TEXT_MAX: Final = 200
_NAME_MAX: Final = 60
#: What is written where there is nothing to write.
_NOTHING: Final = frozenset(
    listed(
        r"""
    无 暂无 没有 不详 未知 空 - -- / \ — —— 0 NULL NONE N/A NA
    """
    )
) | {""}
_NO_NUMBER: Final = _NOTHING | {"未办理", "未办", "未上户", "未上户口", "未落户", "无身份证", "无证", "新生儿", "婴儿"}
#: The letter X in the guises in which it is met.
_CROSSES: Final = str.maketrans(dict.fromkeys("ⅩⅹХх×✕✖ΧχX", "X"))
#: What is written before and behind a number; a star is none of it, because it hides something.
_AROUND_NUMBERS: Final = re.compile(
    r"^(?:(?:居民|公民)?(?:身份证|身份|残疾人?证|证件)(?:号码?|编号)?|NO\.?|ID|[:#^<\[(\"'“‘「_])*"
    r"|(?:[(（](?:居民|公民)?身份证(?:号码?)?[)）]|[.,;。、>\])\"'”’」_])+$"
)
_LIKE_DIGITS: Final = str.maketrans("OIL〇", "0110")
_NUMBER_LENGTHS: Final = frozenset((15, 18, 20))
_DISABILITY: Final = re.compile(r"(\d{17}[\dX])[1-7][1-4](?:B\d{1,2})?")
#: As programs write a number of more than fifteen digits: its last ones are lost.
_ROUNDED: Final = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}|\d{16,18}\.0+")
_OTHER_PAPER: Final = re.compile(
    r"[A-Z]{3}\d{12}|[HM]\d{8}(?:\d{2})?|\d{8}|\d{10}|[A-Z]{1,2}\d{7,8}|[A-Z]\d{9}|[A-Z]{1,2}\d{6}\(?[\dA]\)?"
)


class Cell(msgspec.Struct, frozen=True):
    """What stands in a column, what that is called for people, and the day on which the file came."""

    column: str
    title: str
    text: str
    today: date


#: How a column's cells are read, None for one that says that there is nothing; raises Refused.
Reader: TypeAlias = Callable[[Cell], Any]


def resident_id(cell: Cell) -> ResidentId:
    """An ID number, or the number of a disability certificate (残疾人证), which begins with it.

    Raises Refused ID_NUMBER_….
    """
    plain = _bare(fold_word(cell.text).translate(_CROSSES))
    if plain.isdigit() and len(plain) == 18:
        return parse_resident_id(plain, today=cell.today)
    if plain in _NO_NUMBER:
        raise no_number()
    if _ROUNDED.fullmatch(plain):
        raise row_refused(
            "ID_NUMBER_ROUNDED",
            "身份证号被存成了科学计数的数字，后几位已丢失；请把该列设为文本格式后重新填写完整号码",
            "the ID number was kept as a number, which loses its last digits; format the column as text",
        )
    if (certificate := _DISABILITY.fullmatch(plain)) is not None:
        plain = certificate[1]
    elif _OTHER_PAPER.fullmatch(plain):
        raise row_refused(
            "ID_NUMBER_OTHER_PAPER",
            "这不是居民身份证号（像是通行证、护照或旧式居留证号）；请填居民身份证号、港澳台居民居住证号或 18 位的"
            "外国人永久居留身份证号",
            "this is the number of a travel permit, a passport or an old residence permit; needed is a resident's ID "
            "number, or the 18-character number of a residence permit",
        )
    return parse_resident_id(plain.replace("-", ""), today=cell.today)


def _bare(folded: str) -> str:
    """A folded number without what is written around it, and with letters that only look like digits as these."""
    if folded.isdigit():
        return folded
    bare = _AROUND_NUMBERS.sub("", folded)
    letters = sum(letter.isalpha() for letter in bare)
    if len(bare) in _NUMBER_LENGTHS and letters * 2 < len(bare):
        return bare[:-1].translate(_LIKE_DIGITS) + bare[-1].replace("O", "0")
    return bare


def number_in(cells: Mapping[str, str], *, today: date) -> str | None:
    """The ID number of a row that cannot be read, where at least that can."""
    text = cells.get("id_number", "")
    if type(text) is not str:
        return None  # A rounded number, or one in stray quotes, is nobody's.
    try:
        return resident_id(Cell("id_number", "", text, today)).number
    except Refused:
        return None


def name(cell: Cell) -> str:
    """A person's name as it is written, without space around it; raises Refused TEXT_TOO_LONG, NAME_IMPLAUSIBLE."""
    text = cell.text
    if not text.isascii():
        text = text.strip("".join({letter for letter in text if letter.isspace() or is_invisible(letter)}))
    _check_length(cell.title, cell.column, text, _NAME_MAX)
    check_name(text)
    return text


def text(cell: Cell) -> str | None:
    """A free text; raises Refused TEXT_TOO_LONG."""
    said = visible(cell.text)
    _check_length(cell.title, cell.column, said, _TEXT_MAX)
    return None if fold_word(said) in _NOTHING else said


def day(cell: Cell) -> date | None:
    """A day; raises Refused DATE_MALFORMED."""
    return read_day(cell.column, cell.title, cell.text)


def last_day(cell: Cell) -> date | None:
    """A last day, None where there is none (长期); raises Refused DATE_MALFORMED."""
    return read_last_day(cell.column, cell.title, cell.text)


def one_of(
    known: Mapping[str, T],
    *,
    nothing: Iterable[str] = (),
    shown: str = "",
    by_parts: Callable[[str], T | None] | None = None,
    says_nothing: Callable[[str], bool] | None = None,
) -> Callable[[Cell], T | None]:
    """The reader of a column that holds one of some words; it raises Refused NAME_UNKNOWN.

    ``nothing`` are words that say nothing; ``shown`` are the words that a refusal names. ``by_parts`` is asked about
    folded words that are not known whole, ``says_nothing`` about those whose parts are not known either.
    """
    folded = {fold_word(word): meant for word, meant in known.items()}
    empty = _NOTHING | frozenset(map(fold_word, nothing))

    def read(cell: Cell) -> T | None:
        word = fold_word(cell.text)
        if word in folded:
            return folded[word]
        if word in empty:
            return None
        if by_parts is not None and (found := by_parts(word)) is not None:
            return found
        if says_nothing is not None and says_nothing(word):
            return None
        listed = shown or "、".join(known)
        raise row_refused(
            "NAME_UNKNOWN",
            f"{cell.title}里的词没有认出；可以写：{listed}；其他说法可在本部门的用词对照里指定",
            f"{cell.column} must be one of {', '.join(word for word in known if word.isascii())}",
        )

    return read


def is_division(code: str) -> bool:
    """Whether a text is a six-digit division code (区划代码)."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def plain_number(text: str) -> str:
    """A number as digits: without width, spaces, the sign of yuan and commas between thousands."""
    folded = unicodedata.normalize("NFKC", visible(text)).replace(" ", "")
    return folded.strip("¥￥元").replace(",", "")


def _check_length(title: str, column: str, said: str, length_max: int) -> None:
    if len(said) > length_max:
        raise row_refused(
            "TEXT_TOO_LONG", f"{title}最多 {length_max} 个字", f"{column} may have at most {length_max} characters"
        )


def no_number() -> Refused:
    """The refusal of a row without an ID number."""
    return row_refused(
        "ID_NUMBER_NONE",
        "没有身份证号；尚未领到号码的婴儿请填写姓名、出生日期和监护人身份证号，先按监护人登记",
        "the row has no ID number; of a baby without one give the name, the birth date and the guardian's ID number",
    )
