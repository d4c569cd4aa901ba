"""The kinds of breaches (DOMAIN B14), what each is called, by which clause, and who answers for it.

Operations opens by itself those of clocks and paper cases (FUND_LATE, SETTLEMENT_LATE, REPORT_LATE,
IDENTITY_DATA_LATE), of the ledger's alarms (RESERVE_SHORT, CONSULT_FEE_RETAINED) and of indicators
(CATALOGUE_RATIO_BELOW_90, INDICATOR_BELOW). People open the others: no document gives a day by which an entry is
approved (004 七(四) 及时), a rate of the hospital's reduction, or a figure beyond which growth is unreasonable; that
treatment was refused, or a doctor certified what did not hold, is somebody's finding.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from law.packs.rules import Duty


class BreachKind(StrEnum):
    """What was not done."""

    FUND_LATE = "FUND_LATE"
    RESERVE_SHORT = "RESERVE_SHORT"
    IDENTITY_DATA_LATE = "IDENTITY_DATA_LATE"
    SETTLEMENT_LATE = "SETTLEMENT_LATE"
    REPORT_LATE = "REPORT_LATE"
    TREAT_FIRST_REFUSED = "TREAT_FIRST_REFUSED"
    REDUCTION_NOT_GIVEN = "REDUCTION_NOT_GIVEN"
    COST_GROWTH_UNREASONABLE = "COST_GROWTH_UNREASONABLE"
    CATALOGUE_RATIO_BELOW_90 = "CATALOGUE_RATIO_BELOW_90"
    CONSULT_FEE_RETAINED = "CONSULT_FEE_RETAINED"
    CERTIFICATION_FRAUD = "CERTIFICATION_FRAUD"
    APPROVAL_DELAYED = "APPROVAL_DELAYED"
    #: An indicator that its document wants higher, such as the compensation of chronic visits (002 三(一)).
    INDICATOR_BELOW = "INDICATOR_BELOW"
    #: What a joint inspection found, to be put right (002 四(四) 整改).
    FINDING = "FINDING"


class Rule(msgspec.Struct, frozen=True):
    """A kind's title, its clause, and the words by which a pack's duties name who answers."""

    title: str
    clause: str
    duties: tuple[str, ...] = ()


RULES: Final[Mapping[BreachKind, Rule]] = {
    BreachKind.FUND_LATE: Rule("资金不到位", "001 三(三)", ("account", "FISCAL", "money")),
    BreachKind.RESERVE_SHORT: Rule("备用金不足", "001 二(三)", ("account", "FISCAL", "money")),
    BreachKind.IDENTITY_DATA_LATE: Rule("身份数据推送不及时", "001 三(三)", ("REGISTERED_POOR", "shared_platform")),
    BreachKind.SETTLEMENT_LATE: Rule("结算支付超期", "000 一(一)3", ("platform", "module", "audit BMI", "BMI")),
    BreachKind.REPORT_LATE: Rule("报表报送超期", "002 四(三)", ("joint_meeting", "dispatch")),
    BreachKind.TREAT_FIRST_REFUSED: Rule("未执行先诊疗后付费", "001 三(三)"),
    BreachKind.REDUCTION_NOT_GIVEN: Rule("医疗机构减免未落实", "001 三(三)"),
    BreachKind.COST_GROWTH_UNREASONABLE: Rule("医疗费用不合理增长", "001 三(三)"),
    BreachKind.CATALOGUE_RATIO_BELOW_90: Rule("目录内费用占比低于90%", "003 二(七)"),
    BreachKind.CONSULT_FEE_RETAINED: Rule("截留一般诊疗费", "003 四(十一)"),
    BreachKind.CERTIFICATION_FRAUD: Rule("慢性病认定弄虚作假", "003 三(九)"),
    BreachKind.APPROVAL_DELAYED: Rule("录入后未及时审核审批", "004 七(四)", ("system_administrator",)),
    BreachKind.INDICATOR_BELOW: Rule("考核指标未达标", "001 三(三)"),
    BreachKind.FINDING: Rule("监督检查发现的问题", "002 四(四)", ("joint_meeting",)),
}

#: What a clock's passing is a breach of; clocks that are not here are seen in their list and nobody's breach.
OF_CLOCKS: Final[Mapping[str, BreachKind]] = {
    "prepayment": BreachKind.FUND_LATE,
    "quota": BreachKind.FUND_LATE,
    "plan": BreachKind.FUND_LATE,
    "clearing": BreachKind.FUND_LATE,
    "allotment_and_settlement": BreachKind.FUND_LATE,
    "hospital_clearing": BreachKind.SETTLEMENT_LATE,
    "hospital_claim": BreachKind.SETTLEMENT_LATE,
    "cii_bill": BreachKind.SETTLEMENT_LATE,
    "consultation_fee": BreachKind.SETTLEMENT_LATE,
    "identity_change": BreachKind.IDENTITY_DATA_LATE,
    "enrolment_comparison": BreachKind.IDENTITY_DATA_LATE,
    "monthly_report": BreachKind.REPORT_LATE,
    "first_report": BreachKind.REPORT_LATE,
    "dispatch_notice": BreachKind.REPORT_LATE,
    "coverage_notice": BreachKind.REPORT_LATE,
    "chronic_filing": BreachKind.REPORT_LATE,
    "joint_meeting": BreachKind.REPORT_LATE,
}


#: What an indicator that is below its threshold is a breach of, where it has a kind of its own: each is measured by
#: hospital, and the hospital answers for it (003 二(七) 定点医疗机构).
OF_INDICATORS: Final[Mapping[str, BreachKind]] = {"in_catalogue_share": BreachKind.CATALOGUE_RATIO_BELOW_90}


def answers_for(kind: BreachKind, duties: tuple[Duty, ...], first: str = "") -> str | None:
    """Who answers for a breach by the duties of a place; ``first`` is a word that is looked for before the kind's own.

    None where it is somebody that the case names (a hospital, a doctor) or no duty speaks of it.
    """
    words = (first, *RULES[kind].duties) if first else RULES[kind].duties
    return next((duty.owner for word in words for duty in duties if word in duty.of), None)
