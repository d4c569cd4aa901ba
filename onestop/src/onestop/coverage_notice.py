"""Guangxi's monthly coverage notice as a workbook (003 一(一)-(三)): the figures by place, and a county's rosters.

Figures and persons are identity's, asked at its doors with the caller's own token: it says who may see them, and writes
each look down. Names stand in the file alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from kernel.values.divisions import prefix_of
from onestop.doors import Door, RefusedAtTheDoorError
from operations.periods.domain import period
from operations.reports.commands import place_name
from operations.reports.domain.sheet import Cell, Of, Sheet, filled

_PAGE: Final = 500
_WHY: Final = "AUDIT"
_DOCUMENT: Final = "桂医保发〔2019〕14号"
#: Who goes on which roster, by what the comparison found.
_TO_MOBILISE: Final = {"NOT_ENROLLED": "未参保", "NAME_MISMATCH": "姓名不符待核实"}
_NOT_FIT: Final = {"EXEMPT": "不符合参保条件", "CONTRADICTED": "不符合参保条件但已参保"}
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


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A place's figures."""

    code: str
    name: str
    registered: int
    exceptions: int
    should_enrol: int
    enrolled: int
    elsewhere: int
    not_enrolled: int
    name_mismatch: int
    coverage: str


class OnRoster(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a roster, below the household."""

    household: str
    role: str | None
    name: str | None
    id_number: str | None
    township: str
    finding: str
    reason: str | None


_FIGURES: Final[Sequence[Of[Line]]] = (
    Of("地区", lambda line: line.name),
    Of("代码", lambda line: line.code),
    Of("建档立卡人数", lambda line: line.registered, "count", summed=True),
    Of("不符合参保条件人数", lambda line: line.exceptions, "count", summed=True),
    Of("应参保人数", lambda line: line.should_enrol, "count", summed=True),
    Of("已参保人数", lambda line: line.enrolled, "count", summed=True),
    Of("其中异地参保", lambda line: line.elsewhere, "count", summed=True),
    Of("未参保人数", lambda line: line.not_enrolled, "count", summed=True),
    Of("姓名不符待核实人数", lambda line: line.name_mismatch, "count", summed=True),
    Of("参保率(%)", lambda line: line.coverage, "percent"),
)
_ROSTER: Final[Sequence[Of[OnRoster]]] = (
    Of("户编号", lambda one: one.household),
    Of("与户主关系", lambda one: one.role),
    Of("姓名", lambda one: one.name),
    Of("身份证号码", lambda one: one.id_number),
    Of("乡镇（街道）", lambda one: one.township),
    Of("情况", lambda one: one.finding),
    Of("原因", lambda one: one.reason),
)


class Asked(msgspec.Struct, frozen=True):
    """The notice of an area and month, and whether the rosters with names belong to it."""

    area: str
    month: str
    names: bool


def coverage_notice(identity: Door, asked: Asked) -> list[tuple[str, Sheet, int]]:
    """The pages of the workbook: the notice, and with names the rosters of who is to be enrolled and who is not fit.

    Raises RefusedAtTheDoorError, also where nothing was compared, and for names of more than a county: the rosters are
    the counties' own (各县(市、区)要逐户逐人).
    """
    if asked.names and asked.area.endswith("00"):
        said = f"{asked.area} is no county: rosters with names are made county by county (003 一(三) 逐户逐人)"
        raise RefusedAtTheDoorError(said)
    compared = _compared(identity, asked)
    pages = [("通报", _notice(identity, compared, asked), 1)]
    if asked.names:
        for name, title, findings in (
            ("未参保花名册", "建档立卡贫困人口未参保人员花名册（逐户逐人）", _TO_MOBILISE),
            ("不符合参保条件台账", "建档立卡贫困人口不符合参保条件人员台账", _NOT_FIT),
        ):
            people = list(_roster(identity, compared, asked.area, findings))
            pages.append((name, _sheet(asked, title, compared, _ROSTER, sorted(people, key=_by_household)), 1))
    return pages


def _compared(identity: Door, asked: Asked) -> dict[str, Any]:
    """The month's newest comparison of the area, or of the city or region that it lies in."""
    found = list(_items(identity, "/v1/comparisons", month=asked.month))
    fitting = [one for one in found if asked.area.startswith(prefix_of(one["area"]))]
    if not fitting:
        said = f"nothing was compared for {asked.area} in {asked.month}; POST /v1/comparisons at identity first"
        raise RefusedAtTheDoorError(said)
    newest: dict[str, Any] = max(fitting, key=lambda one: (one["compared_on"], len(prefix_of(one["area"]))))
    return newest


def _notice(identity: Door, compared: dict[str, Any], asked: Asked) -> Sheet:
    notice = identity.get(f"/v1/comparisons/{compared['comparison_id']}/notice", area=asked.area)
    year = int(asked.month[:4])
    lines = [_line(row, year) for row in notice["rows"]]
    sheet = _sheet(asked, "建档立卡贫困人口参保缴费情况通报", compared, _FIGURES, lines)
    sums = (*sheet.sums[:-1], _line(notice["total"], year).coverage)
    return msgspec.structs.replace(sheet, sums=sums, notes=(f"通报对象：{notice['recipients']}", *sheet.notes))


def _line(row: dict[str, Any], year: int) -> Line:
    points = row["coverage_basis_points"]
    return Line(
        code=row["area"],
        name=place_name(row["area"], year),
        registered=row["registered"],
        exceptions=sum(row["exceptions"].values()),
        should_enrol=row["should_enrol"],
        enrolled=row["matched"] + row["elsewhere"],
        elsewhere=row["elsewhere"],
        not_enrolled=row["not_enrolled"],
        name_mismatch=row["name_mismatch"],
        coverage=f"{points // 100}.{points % 100:02}",
    )


def _roster(identity: Door, compared: dict[str, Any], area: str, findings: Mapping[str, str]) -> Iterator[OnRoster]:
    path, year = f"/v1/comparisons/{compared['comparison_id']}/persons", int(compared["month"][:4])
    for finding, words in findings.items():
        for found in _items(identity, path, finding=finding, area=area):
            person = identity.get(f"/v1/persons/{found['person_id']}", reason=_WHY)
            household = _household(identity, found["person_id"], compared["compared_on"])
            yield OnRoster(
                household=household.get("household_id", _NO_HOUSEHOLD),
                role=household.get("role"),
                name=person.get("name"),
                id_number=person.get("id_number"),
                township=place_name(found["township"], year),
                finding=words,
                reason=_REASONS.get(found["code"] or "", found["code"]),
            )


def _household(identity: Door, person_id: str, on: str) -> dict[str, Any]:
    """The household that the person belonged to on the day of the comparison."""
    facts = identity.get(f"/v1/persons/{person_id}/as-of", on=on)["facts"]
    return next((fact["detail"] for fact in facts if fact["detail"]["kind"] == "household"), {})


def _by_household(one: OnRoster) -> tuple[bool, str, str, str]:
    return one.household == _NO_HOUSEHOLD, one.township, one.household, one.id_number or ""


def _sheet(asked: Asked, title: str, compared: dict[str, Any], columns: Sequence[Of[Any]], lines: list[Any]) -> Sheet:
    month = period(asked.month)
    heads, rows, sums = filled(columns, lines)
    return Sheet(
        report="coverage-notice",
        title=f"{place_name(asked.area, month.last.year)}{title}",
        area=asked.area,
        unit="人",
        period=month.title,
        ended_on=date.fromisoformat(compared["compared_on"]),
        columns=heads,
        rows=rows,
        sums=_summed(sums),
        clause=f"{_DOCUMENT} 一",
        notes=(f"比对日期：{compared['compared_on']}", f"依据：{_DOCUMENT} 一(一)-(三)"),
    )


def _summed(sums: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The sums, if there are any besides the word for them."""
    return sums if any(cell is not None for cell in sums[1:]) else ()


def _items(identity: Door, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = identity.get(path, limit=_PAGE, after=after, **asked)
        yield from page["items"]
        after = page.get("next")
        if not after:
            return
