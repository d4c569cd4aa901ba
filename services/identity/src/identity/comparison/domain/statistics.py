"""Whom a department supports, by township and category, month on month: as a table with the words of the field."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from identity.persons.domain.categories import CATEGORY_NAMES, GROUP_NAMES, Category, Group

HEAD: Final = (
    "县区",
    "乡镇（街道）",
    "类别",
    "类型",
    "上月人数",
    "本月增加",
    "本月减少",
    "其中死亡",
    "本月人数",
    "环比",
)


class Month(msgspec.Struct, frozen=True):
    """The two days whose figures a month's are: the last one before it, and its own last one, or today within it."""

    before: date
    end: date


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """People of one township, category and group; ``standing`` is ``before`` + ``added`` - ``ended``.

    ``died`` are those of the ended who died. Without a ``township`` nobody has said in which one they live.
    """

    county: str
    township: str | None
    category: str
    group: str | None
    before: int
    added: int
    ended: int
    died: int
    standing: int


def month_of(year: int, month: int, today: date) -> Month:
    """The days of a month, as far as it has come by today."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return Month(first - timedelta(days=1), min(following - timedelta(days=1), today))


def sum_of(lines: Iterable[Figures]) -> Figures:
    """All lines together."""
    counted = ("before", "added", "ended", "died", "standing")
    some = list(lines)
    sums = {name: sum(getattr(line, name) for line in some) for name in counted}
    return Figures(county="合计", township="", category="", group="", **sums)


def table_of(lines: Sequence[Figures]) -> list[tuple[str, ...]]:
    """The lines as texts: the head, a row each, and their sum."""
    return [HEAD, *map(_row, lines), _row(sum_of(lines))]


def _row(line: Figures) -> tuple[str, ...]:
    group = line.group or ""
    return (
        line.county,
        "未登记" if line.township is None else line.township,
        CATEGORY_NAMES[Category(line.category)] if line.category else "",
        GROUP_NAMES[Group(group)] if group else "",
        *map(str, (line.before, line.added, line.ended, line.died, line.standing)),
        _change(line),
    )


def _change(line: Figures) -> str:
    """The change against the month before in percent with two places, rounded half up; none without anybody before."""
    if line.before == 0:
        return "—"
    more = line.standing - line.before
    # Whole hundredths of a percent.
    hundredths = (abs(more) * 10_000 * 2 + line.before) // (2 * line.before)
    sign = "" if more == 0 else ("+" if more > 0 else "-")
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}%"
