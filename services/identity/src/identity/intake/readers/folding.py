"""Texts without what only their writing adds, so that headings and words are found however an office writes them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_HINT: Final = re.compile(r"\((?!市|县|区)[^()]*\)|\[[^\]]*\]|【[^】]*】")
_MARKS: Final = "*:;★.、"
#: What may stand before a column's name, and says that it is about the person on the list and not about another one.
_PERSON: Final = (
    "本人", "对象", "人员", "患者", "成员", "家庭成员", "救助对象", "保障对象", "低保对象", "低保人员", "特困人员",
    "残疾人", "贫困人口", "参保人", "参保人员", "被保险人", "申请人", "持证人", "受益人", "孤儿", "儿童",
    "享受人", "享受人员", "享受对象", "受助人", "受助人员", "受助对象", "被救助人", "救助人员", "保障人员",
    "被保障人", "低收入对象", "贫困户", "个人", "真实", "中文", "二代", "第二代", "有效", "保障人", "救助人",
    "就诊人", "就诊人员", "农户", "公民", "居民", "帮扶对象", "扶贫对象", "供养人员", "供养对象", "18位",
)  # fmt: skip


#: Headings in traditional characters, and one that is often written wrongly.
_SIMPLE: Final = str.maketrans("證証號碼縣區時間開稱戶類別電話際銀戶", "证证号码县区时间开称户类别电话际银户")
_MISSPELT: Final = (("身分证", "身份证"),)
#: What parts two names of one column, such as 身份证号/残疾人证号.
_OR: Final = re.compile(r"[/\\|]|或者?")


def listed(text: str) -> tuple[str, ...]:
    """The words of a text, which are parted by spaces and line ends."""
    return tuple(text.split())


def is_invisible(letter: str) -> bool:
    """Whether a character shows nothing: zero-width ones, and marks for the direction of writing."""
    return unicodedata.category(letter) == "Cf"


def visible(text: str) -> str:
    """A text without characters that show nothing, and without space around it."""
    if text.isascii():
        return text.strip()
    return "".join(letter for letter in text if not is_invisible(letter)).strip()


def fold_word(text: str) -> str:
    """A word without width, spaces and capitals."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", visible(text))
    return "".join(plain.split()).upper()


def fold_heading(heading: str) -> str:
    """A heading as a word, without marks such as the one for required columns."""
    folded = fold_word(heading).strip(_MARKS)
    if not folded.isascii():
        folded = folded.translate(_SIMPLE)
        for wrong, right in _MISSPELT:
            folded = folded.replace(wrong, right)
    return folded


def without_hints(folded: str) -> str:
    """A folded heading without what stands in brackets, such as 必填 or a unit."""
    return _HINT.sub("", folded).strip(_MARKS)


def alternatives(folded: str) -> tuple[str, ...]:
    """The names that a folded heading such as 身份证号/残疾人证号 gives one column; none where it gives one."""
    named = tuple(part.strip(_MARKS) for part in _OR.split(folded))
    return named if len(named) > 1 else ()


def person_prefixes(folded: str) -> Iterator[str]:
    """What is left of a folded heading such as 残疾人姓名 without whose name it is."""
    for word in _PERSON:
        if folded.startswith(word):
            yield folded.removeprefix(word)
