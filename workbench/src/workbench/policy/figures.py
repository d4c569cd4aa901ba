"""Every figure of a pack as one row: which layer, what, for whom, from when, how much, by which clause."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from law.packs.layers import TABLES, BandedLumpSum, Layer, SegmentedRate
from law.packs.model import PackFile
from law.packs.rows import Dated, For, Row
from workbench.policy.words import applies_to


class FigureRow(msgspec.Struct, frozen=True):
    """One figure. ``value`` is in the document's own terms; None where the document gives nothing."""

    payer: str
    table: str
    to: For
    whom: str
    value: str | None
    clause: str
    from_: date | None
    sample: bool = False

    @property
    def place(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What the figure is the figure of, to compare it with another pack's."""
        return self.payer, self.table, self.whom, self.to.reading


def figures(file: PackFile) -> Iterator[FigureRow]:
    """Every figure in the order of the waterfall, all days and all readings."""
    for layer in file.layers:
        for table, money in TABLES.items():
            for row in getattr(layer, table, ()):
                for dated in row.values:
                    yield _figure(layer, table, row, dated, file, money=money)
                if row.configured is not None:
                    value = f"to be configured: {row.configured}"
                    whom = applies_to(row.for_, file)
                    yield FigureRow(layer.payer, table, row.for_, whom, value, row.clause or "", None)
        yield from _steps(layer)


def figures_in_force(file: PackFile, on: date, readings: Iterable[str]) -> Iterator[FigureRow]:
    """The figures that count on a day under the readings in force."""
    chosen = frozenset(readings)
    newest: dict[tuple[object, ...], FigureRow] = {}
    for figure in figures(file):
        if chosen.issuperset(figure.to.reading) and (figure.from_ is None or figure.from_ <= on):
            newest[figure.place] = figure
    yield from newest.values()


def _figure(layer: Layer, table: str, row: Row, dated: Dated, file: PackFile, *, money: bool) -> FigureRow:
    unit = " 元" if money else "%"
    value = None if dated.value is None else f"{dated.value}{unit}"
    whom = applies_to(row.for_, file)
    return FigureRow(layer.payer, table, row.for_, whom, value, dated.clause, dated.from_, dated.sample)


def _steps(layer: Layer) -> Iterator[FigureRow]:
    match layer:
        case BandedLumpSum(bands=bands, bands_from=since):
            for band in bands:
                whom = f"from {band.from_yuan} 元 on (included)"
                yield FigureRow(layer.payer, "bands", For(), whom, f"{band.pays_yuan} 元", layer.clause, since)
        case SegmentedRate(segments=segments, segments_from=since):
            for segment in segments:
                whom = "above" if segment.upto_yuan is None else f"up to {segment.upto_yuan} 元 (included)"
                yield FigureRow(layer.payer, "segments", For(), whom, f"{segment.percent}%", layer.clause, since)
        case _:
            return
