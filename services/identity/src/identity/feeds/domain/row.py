"""One row of a department's file: its columns, and what is right about them. No refusal repeats personal data."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec
from typing_extensions import override

from identity.intake.readers.cells import day_of, is_division, name_of, needed, parsed_day, text_of
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus, check_owned
from identity.persons.domain.membership import EndReason
from identity.persons.domain.resident_id import ResidentId, Sex, check_holder, parse_resident_id
from identity.persons.domain.statement import Statement
from kernel.values.divisions import covers
from kernel.values.refusals import Refused

T = TypeVar("T", Category, Group, PovertyStatus, EndReason)

#: Every column with the Chinese headings that are understood for it.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码"),
        "name": ("姓名",),
        "sex": ("性别",),
        "born_on": ("出生日期",),
        "county": ("县区代码", "行政区划代码", "户籍地区划"),
        "category": ("类别", "人员类别", "救助对象类别"),
        "group": ("分组", "低收入类型", "低保类型"),
        "poverty_status": ("脱贫状态",),
        "exit_date": ("脱贫日期",),
        "valid_from": ("开始日期", "认定日期"),
        "valid_to": ("结束日期", "终止日期"),
        "reason": ("终止原因",),
        "died_on": ("死亡日期",),
        "phone": ("联系电话", "电话"),
        "address": ("家庭住址", "住址"),
        "card_number": ("社会保障卡号", "社保卡号"),
        "evidence": ("依据", "认定文号"),
    }
)
REQUIRED: Final = ("id_number", "name", "county", "valid_from")
_SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE, "MALE": Sex.MALE, "FEMALE": Sex.FEMALE}


class Holder(msgspec.Struct, frozen=True):
    """Who a row is about; in memory only."""

    resident_id: ResidentId
    name: str
    county: str
    phone: str | None = None
    address: str | None = None
    card_number: str | None = None

    @override
    def __repr__(self) -> str:
        return "Holder(…)"


class FeedRow(msgspec.Struct, frozen=True):
    """A row that is right: a statement about a membership, and perhaps a death."""

    holder: Holder
    statement: Statement
    died_on: date | None = None


class FileDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the whole file: it stands in for columns that the file does not have."""

    department: Department
    evidence: str
    stated: str
    today: date
    category: Category | None = None
    divisions: tuple[str, ...] | None = None


def check_division(divisions: tuple[str, ...] | None, county: str) -> None:
    """Refuse a row about somebody for whose county the sender does not work: ROW_DIVISION_FOREIGN."""
    if divisions is not None and not any(covers(area, county) for area in divisions):
        raise Refused("ROW_DIVISION_FOREIGN", f"the sender works for {', '.join(divisions)}; this person is elsewhere")


def read_row(cells: Mapping[str, str], file: FileDescription) -> FeedRow:
    """Read a row's cells by column; empty ones are left out. Raises Refused with the row's reason."""
    holder = _holder(cells, file.today)
    check_division(file.divisions, holder.county)
    category = _category(cells, file)
    group = _named(cells, "group", Group)
    check_owned(file.department, category, group)
    statement = Statement(
        department=file.department,
        category=category,
        valid_from=parsed_day("valid_from", _needed(cells, "valid_from")),
        valid_to=day_of(cells, "valid_to"),
        group=group,
        poverty_status=_named(cells, "poverty_status", PovertyStatus),
        exit_date=day_of(cells, "exit_date"),
        reason=_named(cells, "reason", EndReason) or EndReason.STOPPED,
        evidence=text_of(cells, "evidence") or file.evidence,
        stated=file.stated,
    )
    died_on = day_of(cells, "died_on")
    _check_days(statement, died_on, holder.resident_id.born_on, file.today)
    return FeedRow(holder, statement, died_on)


def _holder(cells: Mapping[str, str], today: date) -> Holder:
    resident_id = parse_resident_id(_needed(cells, "id_number"), today=today)
    born_on, sex = day_of(cells, "born_on"), cells.get("sex")
    if sex is not None and sex not in _SEXES:
        raise Refused("SEX_UNKNOWN", "sex is 男 or 女 (MALE or FEMALE)")
    check_holder(
        resident_id,
        born_on=resident_id.born_on if born_on is None else born_on,
        sex=resident_id.sex if sex is None else _SEXES[sex],
    )
    county = _needed(cells, "county")
    if not is_division(county):
        raise Refused("COUNTY_MALFORMED", "county is the six-digit division code (区划代码)")
    contact = (text_of(cells, column) for column in ("phone", "address", "card_number"))
    return Holder(resident_id, name_of(cells, COLUMNS), county, *contact)


def _category(cells: Mapping[str, str], file: FileDescription) -> Category:
    category = _named(cells, "category", Category) or file.category
    if category is None:
        raise Refused("CELL_MISSING", "category is empty, and the batch names none for all rows")
    if file.category is not None and category is not file.category:
        raise Refused("CATEGORY_FOREIGN", f"this list is of {file.category}; the row says {category}")
    return category


def _check_days(statement: Statement, died_on: date | None, born_on: date, today: date) -> None:
    for column, day in (("valid_from", statement.valid_from), ("died_on", died_on)):
        if day is not None and day > today:
            raise Refused("DATE_IN_FUTURE", f"{column} {day} is after today, {today}")
        if day is not None and day < born_on:
            raise Refused("BEFORE_BIRTH", f"{column} {day} is before the person was born")


def _needed(cells: Mapping[str, str], column: str) -> str:
    return needed(cells, column, COLUMNS)


def _named(cells: Mapping[str, str], column: str, kind: type[T]) -> T | None:
    value = cells.get(column)
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        raise Refused("NAME_UNKNOWN", f"{column} must be one of {', '.join(kind)}") from None
