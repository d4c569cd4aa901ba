"""The consolidated report of a period (002 四(三)), and a county's statement of aid money (004 四(一))."""

from collections.abc import Sequence
from typing import Final

import msgspec

from operations.indicators.domain.shares import percent, share
from operations.reports.domain.sheet import Of

_CARE: Final = {
    "inpatient": "住院",
    "outpatient": "门诊",
    "chronic_outpatient": "门诊慢病",
    "special_outpatient": "门诊特病",
}


class SumLine(msgspec.Struct, frozen=True, kw_only=True):
    """What the settlements of a period come to for a category and a kind of care, less those taken back in it."""

    category: str
    encounter_kind: str
    bills: int
    persons: int
    total_fen: int
    patient_fen: int
    payout_fen: int
    paid_fen: dict[str, int]


class MoneyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fund's money of a period: what came in, and from where."""

    account: str
    source: str | None
    receipts: int
    amount_fen: int


def sum_columns(payers: Sequence[str], names: dict[str, str]) -> tuple[Of[SumLine], ...]:
    """The columns of the consolidated report; one for each payer that gave something."""
    paid = tuple(_paid(payer, names.get(payer, payer)) for payer in payers)
    return (
        Of("人员类别", lambda line: line.category),
        Of("就诊类型", lambda line: _CARE.get(line.encounter_kind, line.encounter_kind)),
        Of("人数", lambda line: line.persons, "count"),
        Of("人次", lambda line: line.bills, "count", summed=True),
        Of("医疗总费用", lambda line: line.total_fen, "money", summed=True),
        *paid,
        Of("个人自付", lambda line: line.patient_fen, "money", summed=True),
        Of("二次救助等现金给付", lambda line: line.payout_fen, "money", summed=True),
        Of("实际报销比例(%)", _ratio, "percent"),
    )


def _ratio(line: SumLine) -> str | None:
    ratio = share(line.total_fen - line.patient_fen, line.total_fen)
    return None if ratio is None else percent(ratio)


def _paid(payer: str, title: str) -> Of[SumLine]:
    return Of(title, lambda line: line.paid_fen.get(payer, 0), "money", summed=True)
