"""A period by its name: 2019, 2019-H1, 2019-Q3 or 2019-08; its days, and the same one of the year before."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from kernel.values.refusals import Refused

#: How a period is written; for queries of HTTP.
PERIOD_PATTERN: Final = r"^20[0-9]{2}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"
_NAME: Final = re.compile(PERIOD_PATTERN)
_MONTHS: Final = {"": 12, "H": 6, "Q": 3}
_KINDS: Final = {12: "year", 6: "half", 3: "quarter", 1: "month"}


class Period(msgspec.Struct, frozen=True):
    """So many months of a year, from the first day to the last."""

    name: str
    first: date
    last: date

    @property
    def kind(self) -> str:
        """month, quarter, half or year."""
        return _KINDS[self.last.month - self.first.month + 1]

    @property
    def year_before(self) -> "Period":
        """The same months of the year before, with whose figures these are compared."""
        return period(f"{self.first.year - 1}{self.name[4:]}")

    @property
    def title(self) -> str:
        """In words: 2019年8月, 2019年第三季度, 2019年上半年, 2019年度."""
        year = f"{self.first.year}年"
        match self.kind:
            case "month":
                return f"{year}{self.first.month}月"
            case "quarter":
                return f"{year}第{'一二三四'[self.first.month // 3]}季度"
            case "half":
                return f"{year}{'上' if self.first.month == 1 else '下'}半年"
            case _:
                return f"{year}度"


def period(name: str) -> Period:
    """The period of a name; raises Refused PERIOD_MALFORMED."""
    if not _NAME.fullmatch(name) or name[:4] == "2000":
        detail = (
            f"{name[:20]!r} is no period: write a year, half, quarter or month, as in 2019, 2019-H1, 2019-Q3, 2019-08"
        )
        raise Refused("PERIOD_MALFORMED", detail)
    year, rest = int(name[:4]), name[5:]
    if rest.isdigit():
        first, months = int(rest), 1
    else:
        months = _MONTHS[rest[:1]]
        first = (int(rest[1:]) - 1) * months + 1 if rest else 1
    last = first + months - 1
    return Period(name, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def after(of: Period) -> Period:
    """The period of the same length that follows: the third quarter after the second, January after December."""
    begin = of.last + timedelta(days=1)
    match of.kind:
        case "month":
            rest = f"-{begin.month:02}"
        case "quarter":
            rest = f"-Q{(begin.month + 2) // 3}"
        case "half":
            rest = f"-H{(begin.month + 5) // 6}"
        case _:
            rest = ""
    return period(f"{begin.year}{rest}")


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    return period(f"{day:%Y-%m}")


def months_between(first: date, last: date) -> Iterator[Period]:
    """The months that have a day from the first to the last, in order."""
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield period(f"{index // 12}-{index % 12 + 1:02}")
