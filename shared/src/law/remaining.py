"""What remains of the year: limits used and left, and lines still to be reached, in plain Chinese."""

from collections.abc import Iterator

from kernel.values.money import fen_from_yuan, yuan_from_fen
from law.packs.layers import BandedLumpSum, ExcessOverYearlyLine, Layer, RateOfBase, SegmentedRate, YearlyPersonalCap
from law.packs.model import PackFile
from law.trace import Adjudication, LayerTrace


def what_remains(result: Adjudication, file: PackFile) -> Iterator[str]:
    """A line for each yearly limit or line that this bill was counted in."""
    for trace, layer in zip(result.layers, file.layers, strict=True):
        if trace.after_fen is not None:
            yield from _remains(trace, layer, result)


def _remains(trace: LayerTrace, layer: Layer, result: Adjudication) -> Iterator[str]:
    used, cap = trace.after_fen or 0, trace.cap_fen or 0
    match layer:
        case RateOfBase():
            yield _limit(layer.name, cap, used)
        case SegmentedRate():
            yield _limit(layer.name, cap, result.after_fen.get(layer.paid_in, 0))
        case YearlyPersonalCap():
            yield (
                f"今年在这一级医院，您自己付的钱最多 {yuan_from_fen(cap)} 元；已经付了 {yuan_from_fen(used)} 元，"
                f"最多还要付 {yuan_from_fen(max(0, cap - used))} 元。"
            )
        case ExcessOverYearlyLine():
            yield _line(layer.name, cap, used)
        case BandedLumpSum(counting="annual_increment"):
            yield from _next_band(layer, used)
        case _:
            return


def _limit(name: str, cap: int, used: int) -> str:
    left = yuan_from_fen(max(0, cap - used))
    return f"今年{name}的限额是 {yuan_from_fen(cap)} 元，已经用了 {yuan_from_fen(used)} 元，还剩 {left} 元。"


def _line(name: str, line: int, used: int) -> str:
    sums = f"今年您自己承担的可报销费用累计 {yuan_from_fen(used)} 元"
    if used < line:
        return f"{sums}，再有 {yuan_from_fen(line - used)} 元就到 {yuan_from_fen(line)} 元，再往上的由{name}承担。"
    return f"{sums}，已经到了 {yuan_from_fen(line)} 元，今年再发生的这类费用由{name}承担。"


def _next_band(layer: BandedLumpSum, used: int) -> Iterator[str]:
    for band in layer.bands:
        edge = fen_from_yuan(band.from_yuan)
        if used < edge:
            yield (
                f"今年救助以后您自己承担的费用累计 {yuan_from_fen(used)} 元；累计到 {yuan_from_fen(edge)} 元时，"
                f"{layer.name}全年一共给 {yuan_from_fen(fen_from_yuan(band.pays_yuan))} 元。"
            )
            return
    yield f"今年救助以后您自己承担的费用累计 {yuan_from_fen(used)} 元，{layer.name}已到最高一档。"
