"""Words for people: kinds of care, places, levels and groups as a reader of the document knows them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from law.packs.model import PackFile
from law.rows import For

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "inpatient": "住院 inpatient",
        "chronic_outpatient": "慢性病门诊 chronic outpatient",
        "special_outpatient": "门诊特定项目和特殊病种 special outpatient",
        "outpatient": "门诊 outpatient",
        "village_visit": "村卫生室 village clinic",
    }
)
PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {"in_county": "县域内 in county", "out_county": "县域外 out of county"}
)
LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "village": "村级",
        "township": "乡镇级",
        "county": "县级",
        "city": "市级",
        "province": "省级",
        "national": "国家级",
    }
)
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ELDERLY": "老年人",
        "MINOR": "未成年人（困境儿童）",
        "SEVERE_DISABLED": "重度残疾人",
        "CRITICALLY_ILL": "重病患者",
        "RURAL": "农村",
        "URBAN": "城市",
    }
)
STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {"NOT_LIFTED": "未脱贫", "RETURNED": "返贫", "LIFTED": "脱贫", "REMOVED": "剔除"}
)
SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {"RESIDENT": "城乡居民基本医疗保险", "EMPLOYEE": "职工基本医疗保险"}
)


def applies_to(to: For, file: PackFile) -> str:
    """To whom and to what a row applies, in words; nothing named is everyone and everything."""
    names = {category.code: category.name for category in file.population.categories}
    parts = [
        "、".join(names.get(code, code) for code in to.category),
        ", ".join(KINDS[kind] for kind in to.kind),
        ", ".join(PLACES[place] for place in to.place),
        "、".join(LEVELS[level] for level in to.level),
    ]
    return "; ".join(part for part in parts if part) or "all"
