"""One row of a department's file: its columns, and what is right about them. No refusal repeats personal data.

``LAYOUT`` is all there is of a file's columns. A column that is to be compared stands in ``feed_rows`` under the same
name, and one that is to stay with the person's line in ``feed_lines`` as well: the rest follows from these tables.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from typing_extensions import override

from identity.intake.readers.cells import Cell, day, is_division, name, one_of, resident_id, text
from identity.intake.readers.layout import Column, Layout
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus, check_owned
from identity.persons.domain.membership import EndReason
from identity.persons.domain.resident_id import ResidentId, Sex, check_holder
from identity.persons.domain.statement import Statement
from kernel.values.divisions import covers
from kernel.values.refusals import Refused, check_not_to_come

_SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE, "MALE": Sex.MALE, "FEMALE": Sex.FEMALE}


def _sex(cell: Cell) -> Sex:
    if cell.text not in _SEXES:
        raise Refused("SEX_UNKNOWN", "sex is 男 or 女 (MALE or FEMALE)")
    return _SEXES[cell.text]


def _county(cell: Cell) -> str:
    if not is_division(cell.text):
        raise Refused("COUNTY_MALFORMED", "county is the six-digit division code (区划代码)")
    return cell.text


#: Every column with the Chinese headings that are understood for it, and how its cells are read.
LAYOUT: Final = Layout(
    Column("id_number", ("身份证号", "身份证号码", "公民身份号码", "证件号码"), resident_id, required=True),
    Column("name", ("姓名",), name, required=True),
    Column("sex", ("性别",), _sex),
    Column("born_on", ("出生日期",), day),
    Column("county", ("县区代码", "行政区划代码", "户籍地区划"), _county, required=True),
    Column("category", ("类别", "人员类别", "救助对象类别"), one_of(Category.__members__)),
    Column("group", ("分组", "低收入类型", "低保类型"), one_of(Group.__members__)),
    Column("poverty_status", ("脱贫状态",), one_of(PovertyStatus.__members__)),
    Column("exit_date", ("脱贫日期",), day),
    Column("valid_from", ("开始日期", "认定日期"), day, required=True),
    Column("valid_to", ("结束日期", "终止日期"), day),
    Column("reason", ("终止原因",), one_of(EndReason.__members__)),
    Column("died_on", ("死亡日期",), day),
    Column("phone", ("联系电话", "电话"), text),
    Column("address", ("家庭住址", "住址"), text),
    Column("card_number", ("社会保障卡号", "社保卡号"), text),
    Column("evidence", ("依据", "认定文号"), text),
)


class FeedRow(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag=True):
    """A row that is right, column by column in the order in which they are read; in memory only."""

    id_number: ResidentId
    county: str
    name: str
    phone: str | None = None
    address: str | None = None
    card_number: str | None = None
    category: Category
    group: Group | None = None
    valid_from: date
    valid_to: date | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None
    reason: EndReason | None = None
    evidence: str | None = None
    died_on: date | None = None

    @override
    def __repr__(self) -> str:
        return "FeedRow(…)"


class FileDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the whole file: it stands in for columns that the file does not have."""

    department: Department
    evidence: str
    stated: str
    today: date
    category: Category | None = None
    divisions: tuple[str, ...] | None = None

    def statement(self, row: FeedRow) -> Statement:
        """What the department says of a membership in a row."""
        return Statement(
            department=self.department,
            category=row.category,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            group=row.group,
            poverty_status=row.poverty_status,
            exit_date=row.exit_date,
            reason=row.reason or EndReason.STOPPED,
            evidence=row.evidence or self.evidence,
            stated=self.stated,
        )


def check_division(divisions: tuple[str, ...] | None, county: str) -> None:
    """Refuse a row about somebody for whose county the sender does not work: ROW_DIVISION_FOREIGN."""
    if divisions is not None and not any(covers(area, county) for area in divisions):
        raise Refused("ROW_DIVISION_FOREIGN", f"the sender works for {', '.join(divisions)}; this person is elsewhere")


def read_row(cells: Mapping[str, str], file: FileDescription) -> FeedRow:
    """Read a row's cells by column; empty ones are left out. Raises Refused with the row's reason."""
    read = LAYOUT.reader(cells, file.today)
    holder: ResidentId = read("id_number")
    check_holder(holder, born_on=read("born_on") or holder.born_on, sex=read("sex") or holder.sex)
    told: dict[str, Any] = {column: read(column) for column in ("county", "name", "phone", "address", "card_number")}
    check_division(file.divisions, told["county"])
    told["category"] = category = _category(read("category"), file)
    told["group"] = group = read("group")
    check_owned(file.department, category, group)
    rest = {column: read(column) for column in FeedRow.__struct_fields__[1:] if column not in told}
    row = FeedRow(id_number=holder, **told, **rest)
    _check_days(row, file.today)
    return row


def _category(said: Category | None, file: FileDescription) -> Category:
    category = said or file.category
    if category is None:
        raise Refused("CELL_MISSING", "category is empty, and the batch names none for all rows")
    if file.category is not None and category is not file.category:
        raise Refused("CATEGORY_FOREIGN", f"this list is of {file.category}; the row says {category}")
    return category


def _check_days(row: FeedRow, today: date) -> None:
    for column, said in (("valid_from", row.valid_from), ("died_on", row.died_on)):
        if said is None:
            continue
        check_not_to_come(column, said, today)
        if said < row.id_number.born_on:
            raise Refused("BEFORE_BIRTH", f"{column} {said} is before the person was born")
