"""The patient's statement: a settlement in plain Chinese, who pays what and why, from its trace alone."""

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from kernel.values.money import yuan_from_fen
from law.claim import Claim
from law.methods.layer import Layer
from law.packs.model import PackFile
from law.trace import Adjudication, LayerTrace
from law.wording import clause_of, reason_of

#: What kinds of care are called on paper.
KINDS: Final = MappingProxyType(
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
        *_remains(result, file),
    )


def recalculated(on: date, patient_fen: int, payout_fen: int) -> str:
    """The line about a later decision on other facts; ``patient_fen`` and ``payout_fen`` are new less old."""
    changes = []
    if patient_fen < 0:
        changes.append(f"您自己付的部分少了 {yuan_from_fen(-patient_fen)} 元，应退还给您")
    elif patient_fen > 0:
        changes.append(f"您自己付的部分多了 {yuan_from_fen(patient_fen)} 元，需要您补交")
    if payout_fen > 0:
        changes.append(f"另外补发现金救助 {yuan_from_fen(payout_fen)} 元")
    elif payout_fen < 0:
        changes.append(f"多发的现金救助 {yuan_from_fen(-payout_fen)} 元需要您退回")
    return f"{_day(on)}根据后来知道的情况重新核算过：{'；'.join(changes) or '您付的钱不变'}。"


def _bill(result: Adjudication, claim: Claim) -> str:
    day = _day(claim.discharged_on)
    when = f"（{day}出院）" if claim.admitted_on or claim.kind == "inpatient" else f"（{day}）"
    return f"您这次{KINDS[claim.kind]}{when}的医疗费用一共是 {yuan_from_fen(result.total_fen)} 元。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


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
            yield f"{_numbered(layer, trace)}{reason}（依据：{clause_of(trace, file)}）"
        elif reason and not (trace.flags == ("NOT_SERVED",) and result.category is None):
            yield f"{layer.name}这次不支付：{reason}（依据：{clause_of(trace, file)}）"


def _numbered(layer: Layer, trace: LayerTrace) -> str:
    return f"{layer.name}{layer.PAYS} {yuan_from_fen(trace.amount_fen)} 元："


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


def _remains(result: Adjudication, file: PackFile) -> Iterator[str]:
    for trace, layer in zip(result.layers, file.layers, strict=True):
        if trace.after_fen is not None:
            yield from layer.remains(trace, result.after_fen)
