"""One row of a department's file: its columns, and what is right about them. No refusal repeats personal data.

``columns`` is all there is of a file's columns. A column that is to be compared stands in ``feed_rows`` under the same
name, and one that is to stay with the person's line in ``feed_lines`` as well: the rest follows from these tables.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

import msgspec
from typing_extensions import override

from identity.facts.domain.facts import HouseholdRole
from identity.feeds.domain import headings, wordings, words
from identity.feeds.domain.households import UNREAD, household_number, role_of
from identity.feeds.domain.places import check_division
from identity.feeds.domain.states import STATES, Standing
from identity.feeds.domain.words import Belonging
from identity.intake.domain import row_refused
from identity.intake.readers.cells import Cell, day, last_day, name, one_of, resident_id, text
from identity.intake.readers.counties import NO_ZONES, county_of
from identity.intake.readers.folding import fold_word
from identity.intake.readers.forms import Form
from identity.intake.readers.layout import Column, Layout, Office, Stands
from identity.intake.readers.person_columns import ID_COLUMN, NAME
from identity.intake.readers.workbooks import Rounded
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.membership import EndReason
from identity.persons.domain.newborn import WITHOUT_NUMBER_MAX, newborn
from identity.persons.domain.owners import PLATFORM_OWNERS, Owners
from identity.persons.domain.resident_id import ResidentId, Sex, check_holder
from identity.persons.domain.statement import Statement
from kernel.values.division_table import Division
from kernel.values.personal import personal_in
from kernel.values.refusals import Refused, check_not_to_come

#: From this month on lists for the next year are confirmed and handed in, before its enrolment is paid (R-JY-13). No
#: document names the month; payment for a year opens in the autumn before it.
AHEAD_FROM_MONTH: Final = 9
_SHARED: Final = Stands.SHARED
_DEAD: Final = Standing(is_on=False, is_dead=True)
_REASONS: Final = "死亡、停保、剔除、类别变更、迁出"
_SEX_WORDS: Final = "男、女"
_CATEGORIES: Final = "低保、特困、孤儿、建档立卡、贫困残疾人、低收入"
_GROUPS: Final = "农村、城市；低收入的写老年人、未成年人、重度残疾人或重病患者"
_STATUSES: Final = "未脱贫、脱贫、返贫、剔除"
_poverty_status: Final = one_of(words.POVERTY_STATUSES, shown=_STATUSES, by_parts=wordings.poverty_status_in)
_sex: Final = one_of(words.SEXES, nothing=words.NO_SEX, shown=_SEX_WORDS, by_parts=wordings.sex_in)
_category: Final = one_of(words.CATEGORIES, shown=_CATEGORIES, by_parts=wordings.category_in)
_group: Final = one_of(words.GROUPS, shown=_GROUPS, by_parts=wordings.group_in, says_nothing=wordings.says_no_group)
_reason: Final = one_of(words.REASONS, shown=_REASONS, by_parts=wordings.reason_in, says_nothing=wordings.says_no_end)
_is_dead: Final = one_of(words.YES_OR_NO, shown="是、否")


def _read_sex(cell: Cell) -> Sex | None:
    try:
        return _sex(cell)
    except Refused:
        raise row_refused("SEX_UNKNOWN", "性别要写男或女（也可写 1、2）", "sex is 男 or 女 (MALE or FEMALE)") from None


def _read_guardian(cell: Cell) -> str | None:
    """A guardian's ID number; what is none says nothing, because it is not what the row is about."""
    try:
        return None if isinstance(cell.text, Rounded) else resident_id(cell).number
    except Refused:
        return None


def _read_evidence(cell: Cell) -> str | None:
    """What a row rests on, UNREAD where it holds an ID number or a phone: it is kept in clear."""
    said = text(cell)
    return UNREAD if said is not None and personal_in(said) else said


def columns(
    within: tuple[str, ...] = (), department: Department | None = None, zones: Mapping[str, str] = NO_ZONES
) -> tuple[Column, ...]:
    """Every column with the headings that are understood for it, and how its cells are read.

    ``within`` are the divisions in which a county's name is looked for, ``zones`` what stands beside counties. Who
    leaves (退出) leaves poverty in the list of the ``department`` for it, and the membership in every other one.
    """
    of_poverty = department in {None, Department.POVERTY_ALLEVIATION}
    exits = headings.EXIT_DATE_OR_LEFT if of_poverty else headings.EXIT_DATE
    ends = headings.VALID_TO if of_poverty else headings.VALID_TO_OR_LEFT
    return (
        ID_COLUMN,
        Column("name", NAME, name, required=True, stands=Stands.ONCE),
        Column("sex", headings.SEX, _read_sex),
        Column("born_on", headings.BORN_ON, day),
        Column(
            "county", headings.COUNTY, lambda cell: county_of(cell.text, within, zones), required=True, stands=_SHARED
        ),
        Column("category", headings.CATEGORY, _category, stands=_SHARED),
        Column("group", headings.GROUP, _group, stands=_SHARED),
        Column("poverty_status", headings.POVERTY_STATUS, _poverty_status, stands=_SHARED),
        Column("exit_date", exits, day, stands=_SHARED),
        Column("valid_from", headings.VALID_FROM, day, required=True, stands=_SHARED),
        Column("valid_to", ends, last_day, stands=_SHARED),
        Column("reason", headings.REASON, _reason, stands=_SHARED),
        Column("died_on", headings.DIED_ON, day),
        Column("is_dead", headings.IS_DEAD, _is_dead),
        Column("state", headings.STATE, one_of(STATES, shown="正常、停保、死亡")),
        Column("phone", headings.PHONE, text, stands=_SHARED),
        Column("address", headings.ADDRESS, text, stands=_SHARED),
        Column("card_number", headings.CARD_NUMBER, text),
        Column("guardian", headings.GUARDIAN, _read_guardian, stands=_SHARED),
        Column("household", headings.HOUSEHOLD, household_number, stands=_SHARED),
        Column("role", headings.ROLE, role_of),
        Column("evidence", headings.EVIDENCE, _read_evidence, stands=_SHARED),
    )


LAYOUT: Final = Layout(*columns())


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
    #: What it rests on, empty where that may not be kept; then the file stands for it.
    evidence: str | None = None
    died_on: date | None = None
    #: The number of the household (户编号), empty where it cannot be read, and what the person is in it.
    household: str | None = None
    role: HouseholdRole | None = None
    #: The ID number of a parent or guardian; of a baby without a number it stands in the place of the own one.
    guardian: str | None = None

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
    group: Group | None = None
    area: str | None = None
    divisions: tuple[str, ...] | None = None
    #: Zones with a code of the place's own beside the counties (功能区): the process that reads knows no settings.
    zones: tuple[Division, ...] = ()
    #: Whose list says who belongs to a category.
    owners: Owners = PLATFORM_OWNERS

    @property
    def within(self) -> tuple[str, ...]:
        """The divisions in which the people of the file live, as far as that is known before it is read."""
        return (self.area,) if self.area is not None else self.divisions or ()

    @property
    def county(self) -> str | None:
        """The one county that the whole file is about, if there is one."""
        only = self.within[0] if len(self.within) == 1 else None
        return only if only is not None and not only.endswith("00") else None

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


def feed_form(file: FileDescription, *, category_named: bool = True, office: Office | None = None) -> Form[FeedRow]:
    """How a department's file is read; without ``category_named`` each row must name its category."""
    layout = Layout(
        *columns(file.within, file.department, {fold_word(zone.name): zone.code for zone in file.zones}),
        required=() if category_named else ("category",),
        office=office,
    )
    if file.county is not None:
        layout = layout.without_need_of("county")
    return Form(FeedRow, layout, partial(read_row, file=file, layout=layout), file.today)


def read_row(cells: Mapping[str, str], file: FileDescription, layout: Layout = LAYOUT) -> FeedRow:
    """Read a row's cells by column; empty ones are left out. Raises Refused with the row's reason."""
    read = layout.reader(cells, file.today)
    holder = _holder(read, file.today)
    check_holder(holder, born_on=read("born_on") or holder.born_on, sex=read("sex") or holder.sex)
    told: dict[str, Any] = {"county": read("county") or file.county}
    told |= {column: read(column) for column in ("name", "phone", "address", "card_number")}
    check_division(file.divisions, told["county"])
    belonging: Belonging | None = read("category")
    told["category"], told["group"] = category, group = _belonging(belonging, read("group"), file)
    told["poverty_status"] = read("poverty_status") or (None if belonging is None else belonging.poverty_status)
    file.owners.check(file.department, category, group, told["county"])
    rest = {column: read(column) for column in FeedRow.__struct_fields__[1:] if column not in told}
    row = FeedRow(id_number=holder, **told, **rest)
    _check_days(row, file.today)
    _check_standing(_DEAD if read("is_dead") else read("state"), row)
    return row


def _holder(read: Callable[[str], Any], today: date) -> ResidentId:
    """Whom a row is about: by the ID number, or a baby that has none yet by its guardian's."""
    guardian, born_on = read("guardian"), read("born_on")
    try:
        found: ResidentId = read("id_number")
    except Refused as refused:
        is_baby = guardian is not None and born_on is not None and born_on <= today <= born_on + WITHOUT_NUMBER_MAX
        if refused.code != "ID_NUMBER_NONE" or not is_baby:
            raise
        return newborn(guardian, born_on, read("name"))
    return found


def _belonging(said: Belonging | None, group: Group | None, file: FileDescription) -> tuple[Category, Group | None]:
    category = file.category if said is None else said.category
    if category is None:
        raise row_refused(
            "CELL_MISSING",
            "类别是空的，报送时也没有指定整份名单的类别",
            "category is empty, and the batch names none for all rows",
        )
    if file.category is not None and category is not file.category:
        raise row_refused(
            "CATEGORY_FOREIGN",
            "这一行的类别不是这份名单的类别",
            f"this list is of {file.category}; the row says {category}",
        )
    groups = [found for found in (group, None if said is None else said.group, file.group) if found is not None]
    if len(set(groups)) > 1:
        raise row_refused(
            "GROUP_DISAGREES",
            "这一行的城乡（或低收入）类型前后不一致，或不是这份名单的类型",
            f"the row is of {groups[0]} and of {groups[1]}; a row and its list are of one group",
        )
    return category, groups[0] if groups else None


def _check_days(row: FeedRow, today: date) -> None:
    if row.died_on is not None:
        check_not_to_come("died_on", row.died_on, today)
    _check_begins(row.valid_from, today)
    for column, said in (("valid_from", row.valid_from), ("died_on", row.died_on)):
        if said is not None and said < row.id_number.born_on:
            raise row_refused("BEFORE_BIRTH", "日期早于出生日期", f"{column} {said} is before the person was born")


def _check_begins(begins: date, today: date) -> None:
    """Refuse a first day to come, but for lists of the next year, which are handed in before it (R-JY-13)."""
    if begins > today and (today.month < AHEAD_FROM_MONTH or begins.year > today.year + 1):
        raise row_refused(
            "DATE_IN_FUTURE",
            f"开始日期还没有到；{AHEAD_FROM_MONTH} 月起才可以报送下一年度的名单",
            f"valid_from {begins} is after today, {today}",
        )


def _check_standing(said: Standing | None, row: FeedRow) -> None:
    """Refuse somebody who is said to be dead, or off the list, without the day of it."""
    if said is None or said.is_on:
        return
    if said.is_dead and row.died_on is None:
        raise row_refused(
            "DIED_ON_MISSING",
            "人员状态是死亡，请填写死亡日期",
            "the row says that the person is dead; write the day of death",
        )
    if not said.is_dead and row.valid_to is None:
        raise row_refused(
            "VALID_TO_MISSING",
            "人员状态是已停止享受，请填写结束日期",
            "the row says that the person is off the list; write the last day",
        )
