"""Every figure of a pack as one row: which layer, what, for whom, from when, how much, by which clause."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from law.methods.declared import Table
from law.methods.layer import Layer
from law.packs.model import PackFile
from law.rows import For, Row
from workbench.policy.words import applies_to


class Meaning(msgspec.Struct, frozen=True):
    """What a figure is the figure of: whose, of which kind, and for whom, as the pack and as people say it."""

    payer: str
    table: Table
    to: For
    whom: str


class FigureRow(msgspec.Struct, frozen=True):
    """One figure. ``value`` is in the document's own terms; None where the document gives nothing."""

    of: Meaning
    value: str | None
    clause: str
    from_: date | None = None
    sample: bool = False


def figures(file: PackFile) -> Iterator[FigureRow]:
    """Every figure in the order of the waterfall, all days and all readings."""
    for layer in file.layers:
        for table in layer.TABLES:
            for row in layer.rows(table):
                yield from _of_row(row, Meaning(layer.payer, table, row.for_, applies_to(row.for_, file)))
        yield from _steps(layer)


def figures_in_force(file: PackFile, on: date, readings: Iterable[str]) -> Iterator[FigureRow]:
    """The figures that count on a day under the readings in force."""
    chosen = frozenset(readings)
    newest: dict[Meaning, FigureRow] = {}
    for figure in figures(file):
        if chosen.issuperset(figure.of.to.reading) and (figure.from_ is None or figure.from_ <= on):
            newest[figure.of] = figure
    yield from newest.values()


def _of_row(row: Row, of: Meaning) -> Iterator[FigureRow]:
    unit = " 元" if of.table.is_money else "%"
    for dated in row.values:
        value = None if dated.value is None else f"{dated.value}{unit}"
        yield FigureRow(of, value, dated.clause, dated.from_, dated.sample)
    if row.configured is not None:
        yield FigureRow(of, f"to be configured: {row.configured}", row.clause or "", None)


def _steps(layer: Layer) -> Iterator[FigureRow]:
    for step in layer.steps():
        yield FigureRow(Meaning(layer.payer, step.table, For(), step.whom), step.value, layer.clause, step.since)
