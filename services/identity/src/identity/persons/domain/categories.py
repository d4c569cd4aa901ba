"""Categories of the poor and the department that each belongs to (DOMAIN B1)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.values.refusals import forbidden


class Department(StrEnum):
    """Who says that a person belongs to a category."""

    CIVIL_AFFAIRS = "civil-affairs"  # 民政
    POVERTY_ALLEVIATION = "poverty-alleviation"  # 扶贫
    DISABLED_PERSONS = "disabled-persons"  # 残联
    COUNTY_GOVERNMENT = "county-government"  # 县级人民政府


class Category(StrEnum):
    """Why a person is supported."""

    TEKUN = "TEKUN"  # 特困供养人员
    ORPHAN = "ORPHAN"  # 孤儿
    DIBAO = "DIBAO"  # 最低生活保障
    GUARANTEED_HOUSEHOLD = "GUARANTEED_HOUSEHOLD"  # 农村兜底保障户
    REGISTERED_POOR = "REGISTERED_POOR"  # 建档立卡贫困人口
    POOR_DISABLED = "POOR_DISABLED"  # 贫困残疾人
    LOW_INCOME = "LOW_INCOME"  # 低收入救助对象
    OTHER_SPECIAL = "OTHER_SPECIAL"  # 其他特殊困难人员


class Group(StrEnum):
    """A part of a category: of a low-income family who is supported (004 三(一)4), of dibao where its people live."""

    ELDERLY = "ELDERLY"
    MINOR = "MINOR"
    SEVERE_DISABLED = "SEVERE_DISABLED"
    CRITICALLY_ILL = "CRITICALLY_ILL"
    RURAL = "RURAL"  # 农村低保
    URBAN = "URBAN"  # 城市低保


class PovertyStatus(StrEnum):
    """Where a registered-poor person stands on the way out of poverty."""

    NOT_LIFTED = "NOT_LIFTED"  # 未脱贫
    LIFTED = "LIFTED"  # 脱贫
    RETURNED = "RETURNED"  # 返贫
    REMOVED = "REMOVED"  # 剔除, 清退


#: The groups that a category has. Who is of low income must be in one of them; dibao may leave it open.
GROUPS: Final[Mapping[Category, frozenset[Group]]] = MappingProxyType(
    {
        Category.LOW_INCOME: frozenset(Group) - {Group.RURAL, Group.URBAN},
        Category.DIBAO: frozenset({Group.RURAL, Group.URBAN}),
    }
)


#: What categories and groups are called on paper.
CATEGORY_NAMES: Final[Mapping[Category, str]] = MappingProxyType({
    Category.TEKUN: "特困供养人员",
    Category.ORPHAN: "孤儿",
    Category.DIBAO: "最低生活保障",
    Category.GUARANTEED_HOUSEHOLD: "农村兜底保障户",
    Category.REGISTERED_POOR: "建档立卡贫困人口",
    Category.POOR_DISABLED: "贫困残疾人",
    Category.LOW_INCOME: "低收入救助对象",
    Category.OTHER_SPECIAL: "其他特殊困难人员",
})  # fmt: skip
GROUP_NAMES: Final[Mapping[Group, str]] = MappingProxyType({
    Group.ELDERLY: "老年人",
    Group.MINOR: "未成年人",
    Group.SEVERE_DISABLED: "重度残疾人",
    Group.CRITICALLY_ILL: "重病患者",
    Group.RURAL: "农村",
    Group.URBAN: "城市",
})  # fmt: skip


def department_of(organisation: str | None) -> Department:
    """The department that a token's organisation names; raises Refused DEPARTMENT_UNKNOWN."""
    try:
        return Department(organisation or "")
    except ValueError:
        detail = f"{organisation} is no department here; known are {', '.join(Department)}"
        raise forbidden("DEPARTMENT_UNKNOWN", detail) from None
