"""Wording: why a layer pays what it pays, in one plain Chinese sentence, and its clause as a person would say it."""

from decimal import Decimal
from types import MappingProxyType
from typing import Final, assert_never

from kernel.values.money import Rounding, share_of, yuan_from_fen
from law.packs.layers import (
    BandedLumpSum,
    CatalogueExcess,
    ExcessOverYearlyLine,
    Given,
    Layer,
    RateOfBase,
    SegmentedRate,
    ShareCeiling,
    YearlyPersonalCap,
)
from law.packs.model import PackFile
from law.trace import LayerTrace

#: Why a layer pays nothing, by the flag of its trace.
_NOTHING: Final = MappingProxyType(
    {
        "NO_REFERRAL": "您到县外就医，没有在入院前办好转诊手续。",
        "EXCLUDED": "这次费用属于文件规定不予救助的情况。",
        "NOT_CERTIFIED": "没有查到您这种门诊特殊慢性病的认定记录。",
        "NO_BENEFIT": "文件没有给您这类人员的这类费用规定待遇。",
        "NOT_SERVED": "这类就医不在它的支付范围内。",
        "NOT_COUNTED": "这类就医不在它的支付范围内。",
        "EXCEPTION_APPROVED": "目录外费用已作为特殊病例获得批准，不由医院承担。",
    }
)


def clause_of(trace: LayerTrace, file: PackFile) -> str:
    """The clause without the short name of the document, which the statement names in full."""
    return trace.clause.removeprefix(f"{file.document.cited_as} ")


def reason_of(trace: LayerTrace, layer: Layer) -> str:
    """How the amount comes about; empty for a layer that had nothing to pay and needs no word."""
    for flag in trace.flags:
        if flag in _NOTHING:
            return _NOTHING[flag]
    if not trace.amount_fen and not trace.payout_fen and "CAP_REACHED" not in trace.flags:
        return ""
    return _how(trace, layer)


def _how(trace: LayerTrace, layer: Layer) -> str:
    match layer:
        case Given():
            said = _given(trace)
        case RateOfBase():
            said = _rate(trace)
        case ShareCeiling():
            said = _share(trace)
        case YearlyPersonalCap():
            said = _personal_cap(trace)
        case ExcessOverYearlyLine():
            said = _line(trace)
        case BandedLumpSum():
            said = _lump_sum(trace, layer)
        case CatalogueExcess():
            said = _catalogue(trace)
        case SegmentedRate():
            said = f"您今年的可报销费用经前面报销后累计 {_yuan(trace.after_fen)} 元，按分段比例计算。"
        case _ as unknown:
            assert_never(unknown)
    return said


def _share(trace: LayerTrace) -> str:
    share = f"{_yuan(trace.base_fen)} 元的 {trace.percent}%，也就是 {_yuan(trace.cap_fen)} 元"
    return f"您自己付的不超过 {share}，多出的由它承担。"


def _personal_cap(trace: LayerTrace) -> str:
    most = max(0, (trace.cap_fen or 0) - (trace.before_fen or 0))
    return (
        f"您今年自己付的钱最多 {_yuan(trace.cap_fen)} 元，以前已付 {_yuan(trace.before_fen)} 元，"
        f"这次最多再付 {_yuan(most)} 元，多出的由它承担。"
    )


def _line(trace: LayerTrace) -> str:
    return (
        f"您今年自己承担的可报销费用累计 {_yuan(trace.after_fen)} 元，超过 {_yuan(trace.cap_fen)} 元的部分"
        "由它承担，以前已经付过的不重复计算。"
    )


def _catalogue(trace: LayerTrace) -> str:
    return (
        f"目录外费用有 {_yuan(trace.base_fen)} 元，超过总费用 {trace.percent}%（{_yuan(trace.cap_fen)} 元）"
        "的部分由医院自己承担，不向您收取。"
    )


def _given(trace: LayerTrace) -> str:
    if "OVERCLAIM" in trace.flags:
        return f"它核定了 {_yuan(trace.asked_fen)} 元，但账单只剩 {_yuan(trace.left_before_fen)} 元要付。"
    return "由它按自己的规定核定。"


def _rate(trace: LayerTrace) -> str:
    base = f"前面报销后，可报销范围内还有 {_yuan(trace.base_fen)} 元要您承担，按 {trace.percent}% 救助"
    if "CAP_REACHED" not in trace.flags:
        return f"{base}。"
    wanted = share_of(trace.base_fen or 0, Decimal(trace.percent or "0").scaleb(-2), Rounding.HALF_UP)
    return f"{base}应为 {_yuan(wanted)} 元，但今年的救助限额只剩 {_yuan(trace.amount_fen)} 元。"


def _lump_sum(trace: LayerTrace, layer: BandedLumpSum) -> str:
    if layer.counting == "per_stay":
        borne = f"这次救助以后您自己还要承担 {_yuan(trace.base_fen)} 元"
    else:
        borne = f"救助以后您自己承担的费用今年累计 {_yuan(trace.after_fen)} 元"
    relief = f"按所在档次这次应再救助 {_yuan(trace.asked_fen)} 元"
    cash = f"，其中 {_yuan(trace.payout_fen)} 元另发现金" if trace.payout_fen else ""
    return f"{borne}，{relief}{cash}。"


def _yuan(fen: int | None) -> str:
    assert fen is not None, "this method always notes the figure"
    return yuan_from_fen(fen)
