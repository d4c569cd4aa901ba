"""What a clerk is told in Chinese about a row, where the rule behind it speaks to programs only."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from identity.intake.domain import in_chinese
from identity.persons.domain.categories import Department

#: Codes of rules that other topics have as well.
REMARKS: Final[Mapping[str, str]] = MappingProxyType({
    "ID_NUMBER_MALFORMED": "身份证号的位数不对，或有不该有的字符；应为 18 位",
    "ID_NUMBER_CHECK_DIGIT": "身份证号的最后一位与前面各位不符，请核对号码",
    "ID_NUMBER_BIRTH_DATE": "身份证号里的出生日期不存在或还没有到，请核对号码",
    "BIRTH_DATE_DISAGREES": "出生日期与身份证号里的不一致",
    "SEX_DISAGREES": "性别与身份证号里的不一致",
    "CATEGORY_NOT_OWNED": "这个类别不归本部门管理",
    "GROUP_AGE_DISAGREES": "年龄与类型不符：老年人须年满 60 周岁，未成年人须未满 18 周岁；请改正类型，或填写结束日期",
    "GROUP_DISABILITY_DISAGREES": "残联登记的残疾等级不是重度（一级、二级）；请与残联核对",
    "LOW_INCOME_TEST_FAILED": "这一日期的低收入核对没有通过；请先录入新的核对结果",
    "GROUP_MISPLACED": "类型填写不对：低收入对象要注明是哪一类人；低保只分农村和城市；其他类别不填",
    "POVERTY_STATUS_MISPLACED": "建档立卡人口要填脱贫状态；其他类别不填",
    "EXIT_DATE_MISSING": "已脱贫的要填脱贫日期",
    "EXIT_DATE_MISPLACED": "没有脱贫的不填脱贫日期",
    "DATES_OUT_OF_ORDER": "日期先后颠倒：结束日期早于开始日期",
    "DATE_IN_FUTURE": "日期还没有到",
    "BEFORE_BIRTH": "日期早于出生日期",
    "DEATH_DATE_DISAGREES": "已登记的死亡日期与这一行不同，请核实哪个正确",
    "PERSON_DECEASED": "此人已登记死亡，名单请删去；如有误请更正死亡登记",
    "PERSON_MERGED": "此人的登记已并入另一条登记，请联系经办机构",
    "PERSON_ANNULLED": "此人的登记已作废，请联系经办机构",
    "PERSON_ERASED": "此人的个人信息已删除，请联系经办机构",
    "PERSON_ALREADY_REGISTERED": "这个身份证号刚由别处登记，请重新报送这一行",
    "MEMBERSHIP_OVERLAPS": "同一时间已有一条相同类别的记录，请先终止或更正",
})  # fmt: skip


def remark_of(code: str | None, detail: str | None) -> str | None:
    """What a clerk is told about a row with this code and detail."""
    if code is None:
        return None
    return in_chinese(detail or "") or REMARKS.get(code, detail)


#: What departments are called on paper.
DEPARTMENTS: Final[Mapping[Department, str]] = MappingProxyType({
    Department.CIVIL_AFFAIRS: "民政部门",
    Department.POVERTY_ALLEVIATION: "扶贫部门",
    Department.DISABLED_PERSONS: "残联",
    Department.COUNTY_GOVERNMENT: "县级人民政府",
})  # fmt: skip
#: What a receipt says became of a row, or of somebody whom a full list no longer names.
RESULTS: Final[Mapping[str, str]] = MappingProxyType({
    "REGISTERED": "新登记",
    "ADDED": "新增",
    "CHANGED": "已变更",
    "MOVED": "已迁入",
    "MOVED_AWAY": "已迁出",
    "ENDED": "已终止",
    "UNCHANGED": "未变",
    "SUPERSEDED": "未采用",
    "REFUSED": "未接收",
    "CANCELLED": "已停止",
    "PENDING": "待处理",
    "UNDONE": "已撤销",
})  # fmt: skip
#: The same of a dry run.
_WOULD: Final[Mapping[str, str]] = MappingProxyType({
    "REGISTERED": "将新登记",
    "ADDED": "将新增",
    "CHANGED": "将变更",
    "MOVED": "将迁入",
    "MOVED_AWAY": "将迁出",
    "ENDED": "将终止",
    "SUPERSEDED": "不会采用",
    "REFUSED": "不会接收",
})  # fmt: skip
#: Beside a row that has no reason of its own.
_EXPLAINED: Final[Mapping[str, str]] = MappingProxyType({
    "SUPERSEDED": "已有更新的名单或变更，这一行不再采用",
    "CANCELLED": "处理到这一行之前，有人停止了这个批次",
})  # fmt: skip
#: The sheet behind the lists of a receipt.
ENDED_SHEET: Final = "名单里没有的人"


def result_of(
    outcome: str, code: str | None = None, detail: str | None = None, *, is_trial: bool = False
) -> tuple[str, str]:
    """What a receipt says of a line under 结果 and 备注."""
    result = _WOULD.get(outcome, RESULTS[outcome]) if is_trial else RESULTS[outcome]
    return result, remark_of(code, detail) or _EXPLAINED.get(outcome, "")
