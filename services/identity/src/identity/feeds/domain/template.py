"""The template of each department: the columns of its list as headings, and what may be written in them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from identity.feeds.domain.row import LAYOUT
from identity.persons.domain.categories import Department

_ALL: Final = ("valid_from", "valid_to", "reason", "died_on", "phone", "address", "evidence")
_OWN: Final[Mapping[Department, tuple[str, ...]]] = MappingProxyType({
    Department.CIVIL_AFFAIRS: ("category", "group", "household", "role"),
    Department.POVERTY_ALLEVIATION: ("category", "poverty_status", "exit_date", "household", "role"),
    Department.DISABLED_PERSONS: ("category", "group"),
    Department.COUNTY_GOVERNMENT: ("category",),
})  # fmt: skip
#: What may be written; the words are those that the reader knows.
_NOTES: Final[Mapping[str, str]] = MappingProxyType({
    "name": "按身份证或户口本书写；少数民族姓名的间隔号照写",
    "id_number": "18 位，单元格设为文本格式；残疾人证号也可以；没有号码的婴儿不填，另加出生日期、监护人身份证号两列",
    "county": "县区名称或 6 位区划代码",
    "category": "低保、特困、孤儿、建档立卡、贫困残疾人、低收入；整份名单只有一类时可不填，报送时说明",
    "group": "低保写农村或城市；低收入写老年人、未成年人、重度残疾人或重病患者",
    "poverty_status": "未脱贫、脱贫、返贫、剔除",
    "exit_date": "已脱贫的必填",
    "valid_from": "认定生效的日期，如 2019-05-01、2019.5.1、2019年5月1日",
    "valid_to": "最后一天；长期不填",
    "reason": "死亡、停保、剔除、类别变更、迁出",
    "died_on": "已死亡的必填",
    "household": "同一户的人写同一个编号；选填",
    "role": "户主写户主或本人；选填",
    "phone": "选填",
    "address": "选填",
    "evidence": "认定文号，选填",
})  # fmt: skip


def columns_for(department: Department) -> tuple[str, ...]:
    """The columns of a department's template, in their order."""
    return ("name", "id_number", "county", *_OWN[department], *_ALL)


def headings_for(department: Department) -> tuple[str, ...]:
    """The headings of a department's template; those that must be filled in have a star."""
    required = set(LAYOUT.required)
    return tuple(LAYOUT.title(name) + ("*" if name in required else "") for name in columns_for(department))


def notes_for(department: Department) -> tuple[tuple[str, str], ...]:
    """What may be written in each column."""
    return tuple((LAYOUT.title(name), _NOTES[name]) for name in columns_for(department))
