"""Days as offices write them. What could be two days, or names no day, is refused with the forms that are read."""

import re
from datetime import date, timedelta
from typing import Final
from unicodedata import normalize

from identity.intake.domain import row_refused
from identity.intake.readers.folding import fold_word, listed, visible
from kernel.values.refusals import Refused

_TIME: Final = r"(?:上午|下午|AM|PM)? ?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M|Z)?"
_PARTED: Final = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})\.?(?:[ T]{_TIME})?"
)
_CHINESE: Final = re.compile(rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})(?:[日号] ?(?:{_TIME})?)?")
_COMPACT: Final = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:\.0+)?(?: {_TIME})?")
#: Space stands between a day and its time; within a day it says nothing.
_WITHIN: Final = re.compile(r"\s*([-/.年月])\s*|\s+(?=[日号])")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")
#: Day 0 of spreadsheets, which count 1900-02-29 as a day; so the serials from 1900-03-01 on are right.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_DASHES: Final = str.maketrans("－–—―‐‑−．。／", "-------../")
_NOTHING: Final = frozenset(
    listed(
        """
    0 - -- / 无 暂无 空 NULL NONE N/A 0000-00-00
    """
    )
)
_FOR_EVER: Final = frozenset(
    listed(
        """
    长期 长期有效 永久 无限期 无期限 至今 9999-12-31 99991231 2099-12-31 29991231 2999-12-31
    """
    )
)
_FORMS: Final = "2019-05-01、2019/5/1、2019.5.1、2019年5月1日、20190501"


def is_for_ever(text: str) -> bool:
    """Whether a text says that something has no last day."""
    return fold_word(text.translate(_DASHES)).replace("/", "-").replace(".", "-") in _FOR_EVER


def read_day(column: str, title: str, text: str) -> date | None:
    """The day that a text names, None where it says that there is none. Raises Refused DATE_MALFORMED."""
    plain = _WITHIN.sub(r"\1", " ".join(normalize("NFKC", visible(text.translate(_DASHES))).upper().split()))
    if plain in _NOTHING:
        return None
    try:
        found = _found(plain)
    except ValueError:
        found = None
    if found is None:
        raise malformed(column, title)
    return found


def _found(plain: str) -> date | None:
    for form in (_PARTED, _CHINESE, _COMPACT):
        if parts := form.fullmatch(plain):
            return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    if serial := _SERIAL.fullmatch(plain):
        return _SERIAL_ZERO + timedelta(days=int(serial[1]))
    return None


def malformed(column: str, title: str) -> Refused:
    """The refusal of what is no day, or could be several."""
    return row_refused(
        "DATE_MALFORMED",
        f"{title}要写成完整的年月日，可以写成：{_FORMS}",
        f"{column} must be a whole day such as 2019-08-01, 2019/8/1 or 20190801",
    )
