"""Huining's three ledgers (台账, 002 附件1-3): a line a settlement, and a reversed line for one that was taken back.

The annexes of the document give the titles alone; the columns follow two public ledgers (DOMAIN B8). Names, ID numbers,
townships and villages are not known here: whoever may see them has them put in when the ledger is made.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from operations.reports.domain.sheet import Of

#: The registered poor, and the guaranteed households of the countryside (农村兜底保障户).
CATEGORIES: Final = ("REGISTERED_POOR", "GUARANTEED_HOUSEHOLD")
#: Which payer each ledger is about.
PAYER_OF: Final[Mapping[str, str]] = {"ledger-backstop": "MA", "ledger-basic": "BMI", "ledger-critical": "CII"}
#: The kinds of care that a ledger is about; none for all.
KINDS_OF: Final[Mapping[str, tuple[str, ...]]] = {"ledger-basic": ("inpatient", "chronic_outpatient")}
#: The column under which a person stands, for whoever puts names in.
PERSON_TITLE: Final = "人员编号"

_CATEGORY: Final = {"REGISTERED_POOR": "建档立卡贫困人口", "GUARANTEED_HOUSEHOLD": "农村兜底保障户"}
_CARE: Final = {"inpatient": "住院", "chronic_outpatient": "门诊慢病", "outpatient": "门诊"}
_LEVEL: Final = {"township": "乡镇级", "county": "县级", "city": "市级", "province": "省级", "village": "村级"}
_STATUS: Final = {"NORMAL": "正常", "REVERSED": "冲销", "SUPPLEMENT": "补差"}


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line: a settlement of the period, one taken back in it (all amounts below zero), or a supplement's difference.

    ``year_fen`` is what the ledger's payer has given the person in the year of the discharge, this line included.
    """

    settlement_id: str
    status: Literal["NORMAL", "REVERSED", "SUPPLEMENT"]
    on: date
    person_id: str
    category: str
    institution: str
    level: str | None
    encounter_kind: str
    diagnosis: str | None
    admitted_on: date | None
    discharged_on: date
    total_fen: int
    compliant_fen: int | None
    patient_fen: int
    paid_fen: dict[str, int]
    year_fen: int

    def paid(self, payer: str) -> int:
        """What a payer gave."""
        return self.paid_fen.get(payer, 0)

    @property
    def after_insurance_fen(self) -> int | None:
        """The compliant cost that the two insurances leave; None where the compliant cost was not told."""
        if self.compliant_fen is None:
            return None
        return self.compliant_fen - self.paid("BMI") - self.paid("CII")


def _left(line: BillLine) -> int | None:
    """The base of the critical-illness insurance: the compliant cost that the basic insurance leaves."""
    return None if line.compliant_fen is None else line.compliant_fen - line.paid("BMI")


_FIRST: Final[Sequence[Of[BillLine]]] = (
    Of(PERSON_TITLE, lambda line: line.person_id),
    Of("人员类别", lambda line: _CATEGORY.get(line.category, line.category)),
    Of("就诊医疗机构", lambda line: line.institution),
    Of("机构级别", lambda line: _LEVEL.get(line.level or "", line.level)),
    Of("就诊类型", lambda line: _CARE.get(line.encounter_kind, line.encounter_kind)),
    Of("疾病诊断", lambda line: line.diagnosis),
    Of("入院日期", lambda line: line.admitted_on, "day"),
    Of("出院日期", lambda line: line.discharged_on, "day"),
    Of("结算日期", lambda line: line.on, "day"),
    Of("医疗总费用", lambda line: line.total_fen, "money", summed=True),
    Of("合规医疗费用", lambda line: line.compliant_fen, "money", summed=True),
)
_LAST: Final[Sequence[Of[BillLine]]] = (
    Of("个人自付", lambda line: line.patient_fen, "money", summed=True),
    Of("状态", lambda line: _STATUS[line.status]),
    Of("结算单号", lambda line: line.settlement_id),
)
_BASIC: Final = Of[BillLine]("基本医保报销", lambda line: line.paid("BMI"), "money", summed=True)
_CRITICAL: Final = Of[BillLine]("大病保险报销", lambda line: line.paid("CII"), "money", summed=True)
_MIDDLE: Final[Mapping[str, Sequence[Of[BillLine]]]] = {
    "ledger-backstop": (
        _BASIC,
        _CRITICAL,
        Of("本次合规自付", lambda line: line.after_insurance_fen, "money", summed=True),
        Of("普通医疗救助", lambda line: line.paid("AID"), "money", summed=True),
        Of("兜底保障报销", lambda line: line.paid("MA"), "money", summed=True),
        Of("本年累计兜底保障", lambda line: line.year_fen, "money"),
    ),
    "ledger-basic": (_BASIC, Of("本年累计基本医保", lambda line: line.year_fen, "money")),
    "ledger-critical": (
        Of("基本医保报销后合规费用", _left, "money", summed=True),
        _CRITICAL,
        Of("本年累计大病保险", lambda line: line.year_fen, "money"),
    ),
}


def columns_of(report: str) -> tuple[Of[BillLine], ...]:
    """The columns of one of the three ledgers."""
    return (*_FIRST, *_MIDDLE[report], *_LAST)
