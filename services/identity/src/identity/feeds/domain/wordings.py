"""Words that offices put together of known parts, such as 农村低保A类. No document prescribes them: they are samples.

Exact words (``words``) come first. Each pattern here is of a whole word without marks, spaces and a number before it;
what says more than its parts, as 原低保 or 低保转特困 do, is none of them and is refused.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from identity.feeds.domain.words import Belonging
from identity.persons.domain.categories import Category, Group, PovertyStatus
from identity.persons.domain.membership import EndReason
from identity.persons.domain.resident_id import Sex

T = TypeVar("T")
_LONGEST: Final = 40
_MARKS: Final = re.compile(r"[()\[\]【】/\\·、,.:;。“”\"'+_-]")
_NUMBER: Final = re.compile(r"^\d{1,2}(?=\D)")
_AREA: Final = "(?:农村|城市|城镇|城乡)?"
_WHO: Final = "(?:救助|保障)?(?:对象|人员|人口|户|家庭|成员|居民|群众|者|类)*"
#: How much is paid; it says nothing of who is entitled.
_GRADE: Final = (
    "(?:[ABCD甲乙丙丁][类档级等]?|[一二三四五][类档级]|重点|常补|全额|差额|整户|单人户?|单人保|整户保|分类施保)?"
)
_DIBAO: Final = (
    f"(?:民政|在册|在保|现有|一般|普通|重点)?{_GRADE}{_AREA}{_WHO}{_GRADE}(?:享受)?(?:低保|最低生活保障)"
    f"(?:一般|普通|重点|常补)?{_WHO}{_AREA}{_GRADE}"
)
#: How much help somebody needs (生活自理能力).
_CARE: Final = (
    "(?:全护理|半护理|全自理|半自理|全失能|半失能|完全丧失生活自理能力|部分丧失生活自理能力|具备生活自理能力)?"
)
_TEKUN: Final = (
    f"{_CARE}{_AREA}(?:分散|集中|机构|散居|供养|救助)*(?:特困|五保|三无)(?:供养|救助|集中|分散|散居|机构)*"
    f"(?:对象|人员|户|者)*(?:含?(?:原农村)?五保)?{_AREA}(?:供养|救助|集中|分散)*{_CARE}"
)
_ORPHAN: Final = (
    f"{_AREA}(?:社会|福利机构|儿童福利机构|机构|集中|分散|散居|事实|供养|养育)*(?:孤儿|事实无人抚养儿童)"
    "(?:社会|散居|集中|机构|供养|养育)*(?:含.{0,6}(?:艾滋|HIV|事实无人抚养).{0,8})?"
)
_LOW_INCOME: Final = f"{_AREA}(?:低收入|低保边缘|最低生活保障边缘|低边)(?:困难)?{_WHO}(?:中的|的)?"
_POOR_GROUPS: Final[Sequence[tuple[str, Group]]] = (
    ("(?:60(?:周?岁)?以上)?老年?人", Group.ELDERLY),
    ("(?:未成年人?|儿童)", Group.MINOR),
    ("(?:重度残疾人?|重残人?员?)", Group.SEVERE_DISABLED),
    ("(?:重特?大?疾?病患者|重病人员|大病患者)", Group.CRITICALLY_ILL),
)
_LIFTED: Final = (
    "(?:已稳定|已经|已|稳定|正常|当年|巩固)?脱贫(?:不稳定|监测|巩固)?(?:户|人口|人员|对象)?(?:继续|不再)?(?:享受政策|不享受政策)?"
    "(?:户|人口|人员)?"
)
_NOT_LIFTED: Final = "(?:尚未|还未|仍未|未|没有?)脱贫?(?:贫困|建档立卡)*(?:户|人口|人员|对象)?"
_REGISTERED: Final = (
    "(?:农村)?(?:建档立卡|精准扶贫|国定|省定|扶贫|低保|五保|一般)*{standing}(?:贫困)?(?:户|人口|人员|对象)*{standing}"
)
_POOR_DISABLED: Final = "(?:农村)?(?:贫困|困难)(?:持证)?(?:重度|一级|二级)?残疾(?:人员?)?"
_YEAR: Final = re.compile(r"\d{4}年度?")


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_CATEGORIES: Final[Sequence[tuple[re.Pattern[str], Belonging]]] = (
    *((_whole(_LOW_INCOME + said), Belonging(Category.LOW_INCOME, group)) for said, group in _POOR_GROUPS),
    (_whole(_LOW_INCOME), Belonging(Category.LOW_INCOME)),
    (_whole(_DIBAO), Belonging(Category.DIBAO)),
    (_whole(_TEKUN), Belonging(Category.TEKUN)),
    (_whole(_ORPHAN), Belonging(Category.ORPHAN)),
    (_whole(_POOR_DISABLED), Belonging(Category.POOR_DISABLED)),
)
_POOR: Final = _whole(_REGISTERED.format(standing=""))
_POOR_WITH: Final = tuple(
    (_whole(_REGISTERED.format(standing=f"(?:{said})?")), _whole(f".*?(?:{said}).*"), status)
    for said, status in ((_NOT_LIFTED, PovertyStatus.NOT_LIFTED), (_LIFTED, PovertyStatus.LIFTED))
)
_NAMED_POOR: Final = re.compile("建档立卡|贫困|扶贫|脱贫")
_STATUSES: Final = (
    (_whole(_NOT_LIFTED), PovertyStatus.NOT_LIFTED),
    (_whole(_LIFTED), PovertyStatus.LIFTED),
    (_whole("(?:一般)?贫困(?:户|人口|人员)|在贫"), PovertyStatus.NOT_LIFTED),
    (_whole("(?:脱贫后?|新增|重新|再次|已)*返贫(?:户|人口|人员)?(?:因[病残灾学].{0,4})?"), PovertyStatus.RETURNED),
    (_whole("(?:识别错误|识别不准|错评)?(?:已)?(?:剔除|清退)(?:户|人口|人员)?"), PovertyStatus.REMOVED),
)
_RESIDENTS: Final = "(?:户口|户籍|人口|家庭户口?|居民户?|户|低保|特困|对象|人员|类)*"
_AREAS: Final = (
    (_whole(f"(?:非农业|非农|城市|城镇|城区){_RESIDENTS}{_GRADE}"), Group.URBAN),
    (_whole(f"(?:农村|农业|乡村|农户){_RESIDENTS}{_GRADE}"), Group.RURAL),
)
#: What a column for rural and urban says where it says neither.
_NEITHER: Final = _whole(f"{_AREA}{_WHO}{_GRADE}(?:低保|补助|保障)?{_GRADE}")
#: How a death is written, whoever died.
_DEATH: Final = "死|[去过离]世|逝|[身病溺]亡|亡故|身故|病故|已故|殁|火化"
_REASONS: Final = (
    (re.compile(f"(?:户主|配偶|父|母|夫|妻|子|女|监护人|家属|家庭成员).{{0,3}}(?:{_DEATH}|亡|故)"), EndReason.STOPPED),
    (re.compile(f"(?<![未没非不])(?:{_DEATH})|^亡$"), EndReason.DIED),
    (re.compile(
        "(?:转|纳入)为?入?(?:成|为)?(?:农村|城市|城镇)?(?:低保|特困|五保|孤儿|低收入|建档|边缘)|(?:类别|类型|身份)(?:变|转|调)"
        "|^(?:城转农|农转城|农转非|非转农)$"
     ),
     EndReason.CATEGORY_CHANGED),
    (re.compile("(?<![未没非不])(?:迁|移居)|转出|外嫁|出嫁|嫁出|调出|搬|定居|异地安置"), EndReason.MOVED_AWAY),
    (re.compile("剔除|清退|错评|错保|误录|误报|(?:信息|录入)(?:有误|错误)|识别(?:不|错)"), EndReason.REMOVED),
    (re.compile(
        "收入|财产|超标|超过|高于|车|房|存款|公司|企业|工商|放弃|退出|不再?符合|不合格|不通过|年审|复审|复核|核查|到期|期满|成年|"
        "满.{0,3}(?:周岁|岁)|毕业|收养|就业|参军|入伍|服刑|判刑|收监|公职|公务员|财政供养|赡养|抚养|扶养|好转|改善|脱贫|取消|"
        "停|注销|核减|失联|失踪|联系不|无法联系|其[他它]|减少|增加|婚|重复|务工|自愿|申请|养老|退休|工作|到龄|未报|漏报|隐瞒"
     ), EndReason.STOPPED),
)  # fmt: skip
#: What a list of changes says of those who stay or come.
_NO_END: Final = _whole(
    "(?:新增|新申请|新纳入|增员|增加人员|续保|续享|复审通过|审核通过|信息变更|金额变更|提标|调标|正常|不变|无变化)"
)
_SEX: Final = re.compile(r"[(]?(?:0?[12])?(男|女)(?:性别|性|士|孩|童|生)?(?:0?[12])?[)]?")


def _plain(word: str) -> str:
    return _NUMBER.sub("", _MARKS.sub("", word))


def category_in(word: str) -> Belonging | None:
    """What a folded word for a category says, with the group and standing in it; None where it is not known."""
    plain = _plain(word)
    if len(plain) > _LONGEST:
        return None
    for pattern, belonging in _CATEGORIES:
        if pattern.fullmatch(plain):
            group = belonging.group or (_area_in(plain) if belonging.category is Category.DIBAO else None)
            return Belonging(belonging.category, group)
    return _registered_poor(plain)


def _registered_poor(plain: str) -> Belonging | None:
    if _NAMED_POOR.search(plain) is None:
        return None
    if _POOR.fullmatch(plain):
        return Belonging(Category.REGISTERED_POOR)
    for whole, said, status in _POOR_WITH:
        if whole.fullmatch(plain) and said.fullmatch(plain):
            return Belonging(Category.REGISTERED_POOR, None, status)
    return None


def _area_in(plain: str) -> Group | None:
    if "农村" in plain:
        return Group.RURAL
    return Group.URBAN if "城市" in plain or "城镇" in plain else None


def group_in(word: str) -> Group | None:
    """Whether a folded word is of the country or of a town; None where it is not known."""
    return _first(_AREAS, _plain(word))


def says_no_group(word: str) -> bool:
    """Whether a folded word says how much is paid, and nothing of country and town."""
    return bool(_NEITHER.fullmatch(_plain(word)[:_LONGEST]))


def poverty_status_in(word: str) -> PovertyStatus | None:
    """How a folded word, perhaps with a year, says that somebody stands; None where it is not known."""
    return _first(_STATUSES, _plain(_YEAR.sub("", word)))


def reason_in(word: str) -> EndReason | None:
    """Why something ends, by what a folded text mentions first in the order of weight; None where it is not known."""
    if says_no_end(word):
        return None
    return next((reason for pattern, reason in _REASONS if pattern.search(word)), None)


def says_no_end(word: str) -> bool:
    """Whether a folded word says that nothing ends."""
    return _NO_END.fullmatch(word) is not None


def sex_in(word: str) -> Sex | None:
    """The sex that a folded word names with marks around it; None where it is not known."""
    found = _SEX.fullmatch(_MARKS.sub("", word))
    if found is None:
        return None
    return Sex.MALE if found[1] == "男" else Sex.FEMALE


def _first(known: Sequence[tuple[re.Pattern[str], T]], plain: str) -> T | None:
    if len(plain) > _LONGEST:
        return None
    return next((meant for pattern, meant in known if pattern.fullmatch(plain)), None)
