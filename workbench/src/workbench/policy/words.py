"""Words for people: kinds of care, places, levels, tables and methods as a reader of the document knows them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from law.packs.model import PackFile
from law.packs.rows import For

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
TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rate_percent": "救助比例 rate",
        "ceiling_percent": "个人负担上限 share at most",
        "allowed_percent": "目录外费用占比上限 out-of-catalogue share at most",
        "tilt_percent": "比例提高 points on top of each rate",
        "yearly_cap_yuan": "年度限额 limit of the year",
        "joint_cap_yuan": "合计年度限额 joint limit of the year",
        "line_yuan": "年度起付线 line of the year",
        "deductible_yuan": "起付线 deductible",
        "bands": "分档定额 lump sum of the band",
        "segments": "分段比例 rate of the segment",
    }
)
#: What it means that a table of this kind gives no figure; where it is not here, nothing is paid.
NOTHING: Final[Mapping[str, str]] = MappingProxyType({"joint_cap_yuan": "none 无此限额"})
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
DEPARTMENTS: Final[Mapping[str, str]] = MappingProxyType({"health": "卫生健康部门", "medical_security": "医疗保障部门"})
SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {"RESIDENT": "城乡居民基本医疗保险", "EMPLOYEE": "职工基本医疗保险"}
)
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given": (
            "The payer works its amount out by its own rules and tells it; it is never more than what is left of the "
            "bill."
        ),
        "rate_of_base": (
            "The rate times the compliant cost (合规费用) that the insurances leave to the person, rounded half up "
            "to the fen, as far as the limit of the year reaches."
        ),
        "share_ceiling": (
            "The patient's share is not higher than the given part of the bill, rounded down to the fen; this payer "
            "takes what is above."
        ),
        "yearly_personal_cap": (
            "What the person has paid in the year and pays now is not higher than the limit; this payer takes what "
            "is above."
        ),
        "excess_over_yearly_line": (
            "The person's own compliant cost is added up over the year; this payer takes the part above the line. How "
            "the year is cut into bills does not matter."
        ),
        "banded_lump_sum": (
            "What the person bears after aid is added up over the year; the band that the sum falls into gives one "
            "lump sum for the year, less what was paid before. The lower edge belongs to the band, the upper not."
        ),
        "catalogue_excess": (
            "Cost outside the catalogue above the given part of the bill is borne by the hospital, not by the patient."
        ),
        "segmented_rate": (
            "The cost that basic insurance leaves is added up over the year; above the deductible each segment has its "
            "rate, up to the limit of the year. How the year is cut into bills does not matter."
        ),
    }
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
