"""The patient's statement: a settlement in plain Chinese, who pays what and why, from its trace alone."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from kernel.money import yuan_from_fen
from kernel.policy_packs.model import PackFile
from settlement.domain.benefit.claim import Claim
from settlement.domain.benefit.remaining import what_remains
from settlement.domain.benefit.trace import Adjudication, LayerTrace
from settlement.domain.benefit.wording import clause_of, reason_of

_KINDS: Final = MappingProxyType(
    {
        "inpatient": "住院",
        "chronic_outpatient": "慢性病门诊",
        "special_outpatient": "特殊门诊",
        "outpatient": "门诊",
        "village_visit": "村卫生室就诊",
    }
)


def statement(result: Adjudication, claim: Claim, file: PackFile) -> tuple[str, ...]:
    """The lines of the statement in reading order; amounts in 元 with two decimals.

    ``file`` is the pack that settled, for the payers' names and the titles of clauses; every figure is the trace's.
    """
    paid = sum(layer.amount_fen for layer in result.layers)
    return (
        _bill(result, claim),
        _served(result, file),
        *_parts(result, file),
        f"以上各方一共支付 {yuan_from_fen(paid)} 元，您自己付 {yuan_from_fen(result.patient_pays_fen)} 元。",
        *_beside_the_bill(result, claim),
        *what_remains(result, file),
    )


def _bill(result: Adjudication, claim: Claim) -> str:
    day = f"{claim.discharged_on.year}年{claim.discharged_on.month}月{claim.discharged_on.day}日"
    when = f"（{day}出院）" if claim.admitted_on or claim.kind == "inpatient" else f"（{day}）"
    return f"您这次{_KINDS[claim.kind]}{when}的医疗费用一共是 {yuan_from_fen(result.total_fen)} 元。"


def _served(result: Adjudication, file: PackFile) -> str:
    document = f"《{file.document.title}》（{result.document}）"
    for category in file.population.categories:
        if category.code == result.category:
            return f"您的身份是“{category.name}”，按{document}结算。"
    return f"现有资料中没有您属于{document}保障对象的记录，所以只有面向全体参保人的部分为您支付。"


def _parts(result: Adjudication, file: PackFile) -> Iterator[str]:
    for trace, layer in zip(result.layers, file.layers, strict=True):
        reason = reason_of(trace, layer)
        if trace.amount_fen or trace.payout_fen:
            yield f"{_numbered(layer.name, trace)}{reason}（依据：{clause_of(trace, file)}）"
        elif reason and not (trace.flags == ("NOT_SERVED",) and result.category is None):
            yield f"{layer.name}这次不支付：{reason}（依据：{clause_of(trace, file)}）"


def _numbered(name: str, trace: LayerTrace) -> str:
    verb = "" if trace.method == "catalogue_excess" else "支付"
    return f"{name}{verb} {yuan_from_fen(trace.amount_fen)} 元："


def _beside_the_bill(result: Adjudication, claim: Claim) -> Iterator[str]:
    if result.payout_fen:
        yield f"另外有 {yuan_from_fen(result.payout_fen)} 元救助金超出了账单，用现金发给您本人。"
    if claim.patient_prepaid_fen is None:
        return
    prepaid = yuan_from_fen(claim.patient_prepaid_fen)
    if result.refund_to_patient_fen:
        yield f"您已经先付了 {prepaid} 元，应退还您 {yuan_from_fen(result.refund_to_patient_fen)} 元。"
    else:
        owed = yuan_from_fen(result.patient_pays_fen - claim.patient_prepaid_fen)
        yield f"您已经先付了 {prepaid} 元，还需要付 {owed} 元。"
