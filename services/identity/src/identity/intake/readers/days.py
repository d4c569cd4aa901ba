"""Days as offices write them. What could be two days, or names no day, is refused with the forms that are read."""

import re
from datetime import date, timedelta
from typing import Final
from unicodedata import normalize

from identity.intake.domain import row_refused
from identity.intake.readers.folding import fold_word, listed, visible
from kernel.values.refusals import Refused

_ZONE: Final = r"(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?"
_TIME: Final = (
    r"(?:上午|下午|AM|PM)? ?\d{1,2}[:时]\d{1,2}分?(?:[:分]?\d{1,2}(?:\.\d+)?秒?)?(?: ?[AP]M)?"
    rf"{_ZONE}|0?0时|上午|下午"
)
_WEEKDAY: Final = "(?: ?[(]?(?:星期|周)[一二三四五六日天][)]?| ?[(][一二三四五六日][)])?"
#: As most files have them, read without looking further.
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PARTED: Final = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.,、_ ])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})[.日号]?{_WEEKDAY}"
    rf"(?:[ T](?:{_TIME}))?"
)
_CHINESE: Final = re.compile(
    rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})(?:[日号]{_WEEKDAY} ?(?:{_TIME})?\.?)?"
)
_COMPACT: Final = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:\d{{6}}|\.0+)?(?: (?:{_TIME}))?")
#: Only the month's name tells which of the numbers it is.
_ENGLISH: Final = re.compile(
    r"(?P<day>\d{1,2})[- ](?P<name>[A-Z]{3,9})[- ,]+(?P<year>\d{4})"
    r"|(?P<name_>[A-Z]{3,9})[- ]+(?P<day_>\d{1,2})[ ,]+(?P<year_>\d{4})"
)
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SPELT: Final = re.compile(
    r"([〇○零一二三四五六七八九]{4}|\d{4})年([一二三四五六七八九十元正]{1,3})月([一二三四五六七八九十廿卅]{1,3})[日号]?"
)
_DIGITS: Final = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
#: Space stands between a day and its time; within a day it says nothing.
_WITHIN: Final = re.compile(r"\s*([-/.,、年月])\s*|\s+(?=[日号])")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")
#: Day 0 of spreadsheets, which count 1900-02-29 as a day; so the serials from 1900-03-01 on are right.
_SERIAL_ZERO: Final = date(1899, 12, 30)
#: The last day that a serial may mean; larger numbers of five digits are something else, such as 90501 for 2019-05-01.
_SERIAL_MAX: Final = 73_050
#: Days before this are what programs write for none, such as day 0 of spreadsheets.
_FIRST: Final = date(1900, 1, 1)
#: Days from this on are what programs write for a day that never comes.
_NEVER: Final = date(2099, 1, 1)
_DASHES: Final = str.maketrans("－–—―‐‑−．。·／\\", "-------...//")
_NOTHING: Final = frozenset(
    listed(
        """
    0 - -- / 无 暂无 没有 空 NULL NONE N/A 0000-00-00 0000/0/0 1900-01-00 1900/1/0 00:00:00 0:00:00
    """
    )
)
_FOR_EVER: Final = frozenset(
    listed(
        """
    长期 长期有效 长期(有效) 长久 永久 永久有效 终身 无限期 无期限 无固定期限 无终止日期 无截止日期 至今 持续 持续享受
    未终止 未结束 未停保 未停发 享受中 正在享受 在享 在保 在册 正常享受 2958465 99991231 29991231
    """
    )
)
#: How a list says that something has no last day, however it goes on.
_GOES_ON: Final = re.compile(
    "(?:长期|长年|常年|永久|终身|长久|持续|一直|无期限?|不限期?|无限|未定|待定|至今|迄今|现在|目前|动态管理|∞|在保|在享|享受|正在)"
    "(?:有效|享受|保障|救助|供养|管理|在保|在享|在册|中|至今)*|未(?:到期|失效|退出|终止|停止|取消)|9999[-/.]99[-/.]99|9{8}"
)
_BRACKETS: Final = re.compile(r"\([^()]*\)")
#: Words around a last day, which leave it the day that it is.
_UNTIL: Final = re.compile("^ *(?:截至|截止到?|至|到)|(?:为止|止) *$")
_FORMS: Final = "2019-05-01、2019/5/1、2019.5.1、2019年5月1日、20190501"


def is_for_ever(text: str) -> bool:
    """Whether a text says that something has no last day."""
    found = _day_in(text)
    if found is not None:
        return found >= _NEVER
    word = fold_word(text.translate(_DASHES))
    return word in _FOR_EVER or _GOES_ON.fullmatch(_BRACKETS.sub("", word)) is not None


def read_day(column: str, title: str, text: str) -> date | None:
    """The day that a text names, None where it says that there is none. Raises Refused DATE_MALFORMED."""
    found = _day_in(text)
    if found is None:
        if fold_word(text.translate(_DASHES)) in _NOTHING:
            return None
        raise malformed(column, title)
    return found if found >= _FIRST else None


def read_last_day(column: str, title: str, text: str) -> date | None:
    """The last day that a text names, None where there is none (长期). Raises Refused DATE_MALFORMED."""
    return None if is_for_ever(text) else read_day(column, title, _UNTIL.sub("", text))


def _day_in(text: str) -> date | None:
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        plain = _WITHIN.sub(r"\1", " ".join(normalize("NFKC", visible(text.translate(_DASHES))).upper().split()))
        return _found(plain)
    except ValueError:
        return None


def _found(plain: str) -> date | None:
    for form in (_PARTED, _CHINESE, _COMPACT):
        if parts := form.fullmatch(plain):
            return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    if (serial := _SERIAL.fullmatch(plain)) and int(serial[1]) <= _SERIAL_MAX:
        return _SERIAL_ZERO + timedelta(days=int(serial[1]))
    return _spelt(plain) or _english(plain)


def _spelt(plain: str) -> date | None:
    """A day in Chinese numerals, such as 二〇一九年五月一日; raises ValueError where there is no such day."""
    parts = _SPELT.fullmatch(plain)
    if parts is None:
        return None
    year = int("".join(str(_DIGITS.get(digit, digit)) for digit in parts[1]))
    return date(year, _numeral(parts[2]), _numeral(parts[3]))


def _numeral(text: str) -> int:
    """A number below 40 in Chinese numerals; raises ValueError for what is none."""
    plain = text.replace("廿", "二十").replace("卅", "三十").replace("元", "一").replace("正", "一")
    tens, ten, ones = plain.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        raise ValueError(text)
    return (_DIGITS.get(tens, 1) * 10 if ten else _DIGITS[tens]) + _DIGITS.get(ones, 0)


def _english(plain: str) -> date | None:
    parts = _ENGLISH.fullmatch(plain)
    if parts is None:
        return None
    name, day, year = (parts[group] or parts[f"{group}_"] for group in ("name", "day", "year"))
    return date(int(year), _MONTHS.index(name[:3]) + 1, int(day))


def malformed(column: str, title: str) -> Refused:
    """The refusal of what is no day, or could be several."""
    return row_refused(
        "DATE_MALFORMED",
        f"{title}要写成完整的年月日，可以写成：{_FORMS}",
        f"{column} must be a whole day such as 2019-08-01, 2019/8/1 or 20190801",
    )
