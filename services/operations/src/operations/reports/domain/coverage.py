"""Guangxi's coverage of the registered poor (003 一(一)-(三)): figures by place, and a county's rosters by household.

Figures and persons are identity's. No name is here: a roster has the ids of its people, and a reader puts the names in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from operations.reports.domain.ledgers import PERSON_TITLE
from operations.reports.domain.sheet import Column, Filled, Of, Sheet, filled, place_name

#: Who goes on which roster, by what the comparison found.
ROSTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "coverage-roster": {"NOT_ENROLLED": "未参保", "NAME_MISMATCH": "姓名不符待核实"},
    "coverage-exceptions": {"EXEMPT": "不符合参保条件", "CONTRADICTED": "不符合参保条件但已参保"},
}
NOTICE: Final = "coverage-notice"
#: The reports of which identity alone knows what they say.
COVERAGE: Final = frozenset({NOTICE, *ROSTERS})
_REASONS: Final[Mapping[str, str]] = {
    "MILITARY": "现役军人",
    "MARRIED_OUT": "婚出",
    "EMIGRATED": "出国定居",
    "IMPRISONED": "判刑收监",
    "HOUSEHOLD_MOVED": "户籍迁出",
    "RURAL_TO_URBAN": "农转非",
    "DECEASED": "死亡",
    "MISSING": "失踪",
    "OTHER": "其他",
}
#: Stands where identity knows of no household; such people come last.
_NO_HOUSEHOLD: Final = "（未登记户）"
#: What is put in behind the person's id.
_PERSONAL: Final = ("姓名", "身份证号码")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A place's figures, as identity's notice has them; ``coverage_basis_points`` are hundredths of a percent."""

    area: str
    registered: int
    exceptions: dict[str, int]
    should_enrol: int
    matched: int
    elsewhere: int
    not_enrolled: int
    name_mismatch: int
    coverage_basis_points: int

    @property
    def coverage(self) -> str:
        """In percent, with two decimals."""
        return f"{self.coverage_basis_points // 100}.{self.coverage_basis_points % 100:02}"


class OnRoster(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a roster: what the comparison found, and the household on its day; None where none is known."""

    person_id: str
    township: str
    finding: str
    code: str | None
    household_id: str | None
    role: str | None


def notice_of(rows: Sequence[Figures], total: Figures, year: int) -> Filled:
    """The notice: a line for each area directly below, and their sum as identity has it."""
    columns: Sequence[Of[Figures]] = (
        Of("地区", lambda line: place_name(line.area, year)),
        Of("代码", lambda line: line.area),
        Of("建档立卡人数", lambda line: line.registered, "count", summed=True),
        Of("不符合参保条件人数", lambda line: sum(line.exceptions.values()), "count", summed=True),
        Of("应参保人数", lambda line: line.should_enrol, "count", summed=True),
        Of("已参保人数", lambda line: line.matched + line.elsewhere, "count", summed=True),
        Of("其中异地参保", lambda line: line.elsewhere, "count", summed=True),
        Of("未参保人数", lambda line: line.not_enrolled, "count", summed=True),
        Of("姓名不符待核实人数", lambda line: line.name_mismatch, "count", summed=True),
        Of("参保率(%)", lambda line: line.coverage, "percent"),
    )
    heads, lines, sums = filled(columns, rows)
    return heads, lines, (*sums[:-1], total.coverage)


def roster_of(report: str, people: Iterable[OnRoster], year: int) -> Filled:
    """A roster, household by household, its head first; a township together, and who has no household last."""
    words = ROSTERS[report]
    columns: Sequence[Of[OnRoster]] = (
        Of("户编号", lambda one: one.household_id or _NO_HOUSEHOLD),
        Of("与户主关系", lambda one: one.role),
        Of(PERSON_TITLE, lambda one: one.person_id),
        Of("乡镇（街道）", lambda one: place_name(one.township, year)),
        Of("情况", lambda one: words[one.finding]),
        Of("原因", lambda one: _REASONS.get(one.code or "", one.code)),
    )
    heads, lines, _ = filled(columns, sorted(people, key=_by_household))
    return heads, lines, ()


def _by_household(one: OnRoster) -> tuple[bool, str, str, bool, str]:
    return one.household_id is None, one.township, one.household_id or "", one.role != "HEAD", one.person_id


def persons_in(sheet: Sheet, first: int, last: int) -> list[str]:
    """The ids of the people in some lines of a sheet, in their order; none where it is about nobody."""
    place = _place_of_persons(sheet)
    return [] if place is None else list(dict.fromkeys(str(row[place]) for row in sheet.rows[first:last]))


def with_names(sheet: Sheet, names: Mapping[str, tuple[str | None, str | None]]) -> Sheet:
    """The sheet with names and ID numbers behind the people's ids; as it is where it is about nobody."""
    place = _place_of_persons(sheet)
    if place is None:
        return sheet
    behind = place + 1
    return msgspec.structs.replace(
        sheet,
        columns=(*sheet.columns[:behind], *map(Column, _PERSONAL), *sheet.columns[behind:]),
        rows=tuple((*row[:behind], *names.get(str(row[place]), (None, None)), *row[behind:]) for row in sheet.rows),
        sums=(*sheet.sums[:behind], None, None, *sheet.sums[behind:]) if sheet.sums else (),
    )


def _place_of_persons(sheet: Sheet) -> int | None:
    return next((place for place, column in enumerate(sheet.columns) if column.title == PERSON_TITLE), None)
