"""Names as two lists write them: the same, the same in another writing, or another person's; and what is no name."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from kernel.values.refusals import Refused

#: What stands between the parts of a minority name (少数民族姓名间隔号), in the code points that are met for it.
_DOTS: Final = frozenset("·•‧∙⋅・･ᐧ．.。")
#: What programs and sums leave in the place of a name.
_NO_NAMES: Final = frozenset(
    (
        "无", "无名", "无姓名", "暂无", "没有", "不详", "未知", "空", "空白", "以下空白",
        "合计", "小计", "总计", "共计", "同上", "姓名", "男", "女", "测试", "本人", "身份证", "性别", "备注",
        "未取名", "未命名", "待定", "待补", "待查", "待核", "待核实", "查无此人", "test",
        "无名氏", "佚名", "死亡", "已死亡", "待补充", "待取名", "某", "某某", "某某某", "制表人", "审核人",
        "填表人", "无此人", "名字", "人名", "错误", "乱码", "锟斤拷",
        "null", "none", "nil", "nan", "na", "undefined", "false", "true",
    )
)  # fmt: skip
#: Marks that stand for a character that is not there; 〇 and the description of a character (⿰亻天) are none.
_STANDS_FOR_NOTHING: Final = frozenset("□■◻◼▢○●◇◆△▲�?*＊？#＃〓")
_ESCAPE: Final = re.compile(r"_x[0-9A-Fa-f]{4}_|&#x?[0-9A-Fa-f]+;|&[A-Za-z]{2,8};")
#: Two people in one place, a number of people, or a number that is longer than what tells namesakes apart.
_NO_PART: Final = re.compile(
    r"[/、;；…]|\.{2}|[\u4e00-\u9fff][,，][\u4e00-\u9fff]|\d{8}|^(?:合计|总计|小计|共计?)?[:：]?\d+[人户名]?$|锟斤拷|烫烫烫"
)
#: A name of which a part was struck out: 张某, 李某某, XXX.
_STRUCK_OUT: Final = re.compile(r"^.{0,2}某某?$|^[xX]{2,}$|^[A-Za-z]$")
#: What is written around a word that is no name.
_AROUND: Final = frozenset("()（）[]【】:：/\\-—·.。,，")
_SELECTORS: Final = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"))


class NameMatch(StrEnum):
    """How a name on a list compares with the registered one."""

    SAME = "SAME"
    VARIANT = "VARIANT"  # another writing of the same name
    DIFFERENT = "DIFFERENT"


def check_name(name: str) -> None:
    """Refuse what cannot be a name: NAME_IMPLAUSIBLE.

    A name has a letter of any script; so characters of the extensions and of private use, which the national
    standard for names (GB 18030) has places for, are as good as others, whatever this Python knows of them.
    """
    folded = "".join(letter for letter in name.casefold() if letter not in _AROUND and not letter.isspace())
    if (
        folded in _NO_NAMES
        or _ESCAPE.search(name)
        or _NO_PART.search(name)
        or _STRUCK_OUT.search(name)
        or any(_is_no_letter(letter) for letter in name)
    ):
        raise _implausible()
    if not any(_is_letter(letter) for letter in name):
        raise _implausible()


def _is_letter(letter: str) -> bool:
    return letter.isalpha() or letter == "〇" or _is_rare(letter)


def _is_rare(letter: str) -> bool:
    """Whether a character is Han of any extension, described by its parts, or of private use."""
    return (
        "\U00020000" <= letter <= "\U0003fffd"
        or "\u2ff0" <= letter <= "\u2fff"
        or (unicodedata.category(letter) == "Co")
    )


def _is_no_letter(letter: str) -> bool:
    if letter in _STANDS_FOR_NOTHING:
        return True
    # Emoji and other symbols.
    symbol = unicodedata.category(letter) in {"So", "Sm", "Sc", "Cn"}
    return symbol and letter not in _DOTS and not _is_rare(letter)


def _implausible() -> Refused:
    return Refused(
        "NAME_IMPLAUSIBLE",
        "这不像姓名（空值、错误值、合计、数字、符号、缺字或两个人的姓名）；生僻字请按公安系统的写法录入，不要用方框、问号或星号代替"
        " / this is no name; write the characters themselves instead of signs that stand for them",
    )


def fold_name(name: str) -> str:
    """A name without what only its writing adds: width, spaces, the middle dot, capitals, what shows nothing.

    Traditional and simplified characters are not folded, nor variants such as 峰 and 峯: that needs a table which
    this installation does not have, so such names differ and are looked at by a person.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    kept = "".join(letter for letter in plain if not _is_writing(letter))
    return unicodedata.normalize("NFKC", kept)


def _is_writing(letter: str) -> bool:
    if letter.isspace() or letter in _DOTS or unicodedata.category(letter) == "Cf":
        return True
    return any(first <= letter <= last for first, last in _SELECTORS)


def compare_names(registered: str, listed: str) -> NameMatch:
    """How a listed name compares with the registered one, whichever of the two is written oddly."""
    if registered == listed:
        return NameMatch.SAME
    return NameMatch.VARIANT if fold_name(registered) == fold_name(listed) else NameMatch.DIFFERENT
