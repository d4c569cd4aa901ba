"""Words in departments' lists as offices write them. No document prescribes them: they are samples."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from identity.intake.readers.folding import listed
from identity.persons.domain.categories import Category, Group, PovertyStatus
from identity.persons.domain.membership import EndReason
from identity.persons.domain.resident_id import Sex

SEXES: Final[Mapping[str, Sex | None]] = MappingProxyType(
    {
        "男": Sex.MALE,
        "女": Sex.FEMALE,
        "MALE": Sex.MALE,
        "FEMALE": Sex.FEMALE,
        "男性": Sex.MALE,
        "女性": Sex.FEMALE,
        "1": Sex.MALE,
        "2": Sex.FEMALE,
        "1.0": Sex.MALE,
        "2.0": Sex.FEMALE,
        "M": Sex.MALE,
        "F": Sex.FEMALE,
        "01": Sex.MALE,
        "02": Sex.FEMALE,
        "1男": Sex.MALE,
        "2女": Sex.FEMALE,
        "1-男": Sex.MALE,
        "2-女": Sex.FEMALE,
        "1.男": Sex.MALE,
        "2.女": Sex.FEMALE,
        "男性别": Sex.MALE,
        "女性别": Sex.FEMALE,
        "BOY": Sex.MALE,
        "GIRL": Sex.FEMALE,
    }
)
YES_OR_NO: Final[Mapping[str, bool]] = MappingProxyType(
    {
        **dict.fromkeys(("是", "Y", "YES", "TRUE", "1", "死亡", "已死亡", "去世", "已去世", "已故", "过世", "√"), True),
        **dict.fromkeys(("否", "N", "NO", "FALSE", "0", "健在", "在世", "存活", "生存", "未死亡", "正常", "×"), False),
    }
)
#: Codes of GB/T 2261.1 for a sex that is not known or not said.
NO_SEX: Final = ("0", "9", "未知的性别", "未说明的性别", "未说明")


class Belonging(msgspec.Struct, frozen=True):
    """What a word for a category says, and perhaps the group with it."""

    category: Category
    group: Group | None = None
    poverty_status: PovertyStatus | None = None


def _all(category: Category, words: Iterable[str], group: Group | None = None) -> dict[str, Belonging]:
    return dict.fromkeys(words, Belonging(category, group))


CATEGORIES: Final[Mapping[str, Belonging]] = MappingProxyType(
    {
        **{name: Belonging(category) for name, category in Category.__members__.items()},
        **_all(
            Category.TEKUN,
            listed(
                """
    特困供养人员 特困人员 特困 特困供养 特困供养对象 特困救助供养人员 特困对象 五保 五保户 五保对象 农村五保
    农村特困 城市特困 城市三无 三无人员 集中供养 分散供养 集中供养五保 分散供养五保 农村特困供养人员
    城市特困供养人员 特困集中供养 特困分散供养
    """
            ),
        ),
        **_all(
            Category.ORPHAN,
            listed(
                """
    孤儿 孤儿(含事实无人抚养儿童) 事实无人抚养儿童 散居孤儿 集中供养孤儿 困境儿童孤儿
    """
            ),
        ),
        **_all(
            Category.DIBAO,
            listed(
                """
    低保 低保对象 最低生活保障 最低生活保障对象 最低生活保障人员 低保户 低保人员 城乡低保 城乡低保对象
    城乡最低生活保障对象 低保家庭 低保家庭成员 享受低保 A类低保 B类低保 C类低保 一类低保 二类低保
    三类低保 四类低保
    """
            ),
        ),
        **_all(
            Category.DIBAO,
            listed(
                """
    农村低保 农村低保对象 农村最低生活保障 农村最低生活保障对象 农村低保户 农低保 农村居民最低生活保障
    农村低保人员 低保(农村) 农村(低保)
    """
            ),
            group=Group.RURAL,
        ),
        **_all(
            Category.DIBAO,
            listed(
                """
    城市低保 城市低保对象 城镇低保 城镇低保对象 城市最低生活保障 城市最低生活保障对象 城市低保户 城低保
    城市居民最低生活保障 城市低保人员 城镇最低生活保障对象 低保(城市) 低保(城镇) 城市(低保)
    """
            ),
            group=Group.URBAN,
        ),
        **_all(
            Category.GUARANTEED_HOUSEHOLD,
            listed(
                """
    农村兜底保障户 兜底保障户 兜底户 政策兜底户 社会保障兜底户 兜底保障对象 农村兜底保障对象
    """
            ),
        ),
        **_all(
            Category.REGISTERED_POOR,
            listed(
                """
    建档立卡贫困人口 建档立卡 建档立卡户 建档立卡贫困户 建档立卡人口 贫困人口 贫困户 建档立卡贫困人员
    建档立卡对象 一般贫困户 低保贫困户 扶贫对象 农村建档立卡贫困人口 建卡贫困户
    """
            ),
        ),
        **_all(
            Category.POOR_DISABLED,
            listed(
                """
    贫困残疾人 贫困残疾人员 困难残疾人 残疾人 农村贫困残疾人 贫困重度残疾人
    """
            ),
        ),
        **_all(
            Category.LOW_INCOME,
            listed(
                """
    低收入救助对象 低收入 低收入家庭 低收入对象 低收入家庭成员 低收入人口 低保边缘 低保边缘户 低保边缘家庭
    低保边缘对象 低保边缘家庭成员 低保边缘人口 城乡低收入家庭 低边
    """
            ),
        ),
        **_all(
            Category.OTHER_SPECIAL,
            ("其他特殊困难人员", "其他困难人员", "其他特殊困难", "其他救助对象", "县级人民政府规定的其他特殊困难人员"),
        ),
    }
)
GROUPS: Final[Mapping[str, Group]] = MappingProxyType(
    {
        **Group.__members__,
        **dict.fromkeys(
            listed(
                """
    农村 农村低保 农村低保对象 农村户口 农业 农业户口 农村居民 农 乡村 农村户籍 农村最低生活保障 农低保
    """
            ),
            Group.RURAL,
        ),
        **dict.fromkeys(
            listed(
                """
    城市 城镇 城市低保 城市低保对象 城镇低保 非农业 非农 城镇户口 非农业户口 城市居民 城镇居民 城 城市户籍
    城市最低生活保障 城低保
    """
            ),
            Group.URBAN,
        ),
        **dict.fromkeys(
            listed(
                """
    老年人 老人 老年 60周岁以上老年人 60岁以上老人 低收入老年人 低收入老人
    """
            ),
            Group.ELDERLY,
        ),
        **dict.fromkeys(("未成年人", "未成年", "儿童", "低收入未成年人"), Group.MINOR),
        **dict.fromkeys(
            listed(
                """
    重度残疾人 重度残疾 重残 重度残疾人员 一二级残疾 重残人员 低收入重度残疾人
    """
            ),
            Group.SEVERE_DISABLED,
        ),
        **dict.fromkeys(
            listed(
                """
    重病患者 重病 重大疾病患者 大病患者 重特大疾病患者 低收入重病患者
    """
            ),
            Group.CRITICALLY_ILL,
        ),
    }
)
POVERTY_STATUSES: Final[Mapping[str, PovertyStatus]] = MappingProxyType(
    {
        **PovertyStatus.__members__,
        **dict.fromkeys(
            listed(
                """
    未脱贫 未脱贫户 贫困 贫困户 在册 在册贫困户 建档立卡 建档立卡户 建档立卡贫困户 未脱贫人口 当年未脱贫 未退出
    否
    """
            ),
            PovertyStatus.NOT_LIFTED,
        ),
        **dict.fromkeys(
            listed(
                """
    脱贫 已脱贫 脱贫户 稳定脱贫 稳定脱贫户 脱贫人口 已脱贫户 已退出 巩固户 已脱贫人口 脱贫(享受政策)
    脱贫享受政策 脱贫不享受政策 脱贫(不享受政策) 当年脱贫 预脱贫 是
    """
            ),
            PovertyStatus.LIFTED,
        ),
        **dict.fromkeys(("返贫", "返贫户", "已返贫", "返贫人口"), PovertyStatus.RETURNED),
        **dict.fromkeys(
            listed(
                """
    剔除 清退 已剔除 已清退 识别错误 清退户 剔除户 错评清退
    """
            ),
            PovertyStatus.REMOVED,
        ),
    }
)
REASONS: Final[Mapping[str, EndReason]] = MappingProxyType(
    {
        **EndReason.__members__,
        **dict.fromkeys(
            listed(
                """
    死亡 去世 已死亡 亡故 病故 自然减员 身故 死亡注销
    """
            ),
            EndReason.DIED,
        ),
        **dict.fromkeys(
            listed(
                """
    动态调整 收入超标 自动放弃 停止救助供养 停保 停发 退保 取消 取消资格 不符合条件 不再符合条件 经济状况好转
    家庭收入超标 财产超标 收入超过标准 主动放弃 自愿放弃 自愿退出 主动退出 本人申请退出 到期 期满 终止 停止
    停止供养 退出 就业 家庭条件好转 复核不通过 核查不符 服刑 失联 失踪 年满18周岁 成年 核减 其他 注销 审核不通过
    稳定脱贫 脱贫退出
    """
            ),
            EndReason.STOPPED,
        ),
        **dict.fromkeys(
            listed(
                """
    剔除 清退 识别不准 错评 剔除出建档立卡 错保 错评清退 识别错误
    """
            ),
            EndReason.REMOVED,
        ),
        **dict.fromkeys(
            listed(
                """
    类别变更 类别变化 类别转换 转类 转为低保 转为特困 转低保 转特困 转为孤儿 身份变更 城乡转换 类型变更 转五保
    """
            ),
            EndReason.CATEGORY_CHANGED,
        ),
        **dict.fromkeys(
            listed(
                """
    迁出 户口迁出 户籍迁出 迁移 迁移出 外迁 转出 移出 搬迁 外嫁 跨区迁出 户籍转移 出国定居
    """
            ),
            EndReason.MOVED_AWAY,
        ),
    }
)
