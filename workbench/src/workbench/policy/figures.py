"""Every figure of a pack as one row: which layer, what, for whom, from when, how much, by which clause."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from law.packs.layers import TABLES, BandedLumpSum, Layer, SegmentedRate
from law.packs.model import PackFile
from law.packs.rows import Dated, For, Row
from workbench.policy.words import applies_to


class FigureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. ``value`` is in the document's own terms; None where the document gives nothing."""

    payer: str
    table: str
    to: For
    whom: str
    value: str | None
    clause: str
    from_: date | None = None
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
                    yield FigureRow(
                        payer=layer.payer,
                        table=table,
                        to=row.for_,
                        whom=applies_to(row.for_, file),
                        value=f"to be configured: {row.configured}",
                        clause=row.clause or "",
                    )
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
    return FigureRow(
        payer=layer.payer,
        table=table,
        to=row.for_,
        whom=applies_to(row.for_, file),
        value=None if dated.value is None else f"{dated.value}{unit}",
        clause=dated.clause,
        from_=dated.from_,
        sample=dated.sample,
    )


def _steps(layer: Layer) -> Iterator[FigureRow]:
    match layer:
        case BandedLumpSum(bands=bands, bands_from=since):
            for band in bands:
                yield _step(layer, "bands", f"from {band.from_yuan} 元 on (included)", f"{band.pays_yuan} 元", since)
        case SegmentedRate(segments=segments, segments_from=since):
            for segment in segments:
                whom = "above" if segment.upto_yuan is None else f"up to {segment.upto_yuan} 元 (included)"
                yield _step(layer, "segments", whom, f"{segment.percent}%", since)
        case _:
            return


def _step(layer: Layer, table: str, whom: str, value: str, since: date | None) -> FigureRow:
    return FigureRow(payer=layer.payer, table=table, to=For(), whom=whom, value=value, clause=layer.clause, from_=since)
