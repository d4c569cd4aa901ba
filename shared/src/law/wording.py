"""Wording: why a layer pays what it pays, in one plain Chinese sentence, and its clause as a person would say it."""

from types import MappingProxyType
from typing import Final

from law.methods.layer import Layer
from law.packs.model import PackFile
from law.trace import LayerTrace

#: Why a layer of any method pays nothing, by the flag of its trace.
_WHY_NOTHING: Final = MappingProxyType(
    {
        "NO_REFERRAL": "您到县外就医，没有在入院前办好转诊手续。",
        "EXCLUDED": "这次费用属于文件规定不予救助的情况。",
        "NOT_CERTIFIED": "没有查到您这种门诊特殊慢性病的认定记录。",
        "NO_BENEFIT": "文件没有给您这类人员的这类费用规定待遇。",
        "NOT_SERVED": "这类就医不在它的支付范围内。",
    }
)


def clause_of(trace: LayerTrace, file: PackFile) -> str:
    """The clause without the short name of the document, which the statement names in full."""
    return trace.clause.removeprefix(f"{file.document.cited_as} ")


def reason_of(trace: LayerTrace, layer: Layer) -> str:
    """How the amount comes about; empty for a layer that had nothing to pay and needs no word."""
    for flag in trace.flags:
        nothing = _WHY_NOTHING.get(flag) or layer.WHY_NOTHING.get(flag)
        if nothing is not None:
            return nothing
    if not trace.amount_fen and not trace.payout_fen and "CAP_REACHED" not in trace.flags:
        return ""
    return layer.reason(trace)
