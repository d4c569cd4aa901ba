"""Cliffs on a page: where one fen more cost makes the patient pay much more or much less."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from kernel.values.money import yuan_from_fen
from law.packs import Pack
from law.packs.model import PackFile
from law.packs.names import open_figures_of_bills
from workbench.policy.bills import SAMPLES, SHAPES, ready
from workbench.policy.cliffs import CLIFF_FEN, UP_TO_FEN, Cliff, Met, cliffs
from workbench.policy.page.markdown import paragraph, section, table
from workbench.policy.people import category_name
from workbench.policy.words import KINDS, LEVELS, PLACES

_SHAPES: Final = [shape.name for shape in SHAPES]
_TITLE: Final = "Where a fen makes a difference 费用临界点"


def jumps(pack: Pack, day: date) -> list[str]:
    """The cliffs of a pack, from the domain function itself."""
    met = list(cliffs(ready(pack, day)))
    how = (
        f"Found by search, not written by hand: for every kind of person and care, bills from 0 to "
        f"{yuan_from_fen(UP_TO_FEN)} 元 made up in three ways were settled, down to the single fen wherever what the "
        f"patient bears is not on a straight line; a jump counts from {yuan_from_fen(CLIFF_FEN)} 元 on. What is paid "
        f"out in cash is taken off. {_samples(pack.file)}"
    )
    if not met:
        return section(
            _TITLE, paragraph(how.strip()), paragraph("No jump was found: a fen more cost costs a fen at most.")
        )
    kinds = sorted({one.cliff for one in met})
    return section(
        _TITLE,
        paragraph(how.strip()),
        table(
            ["payer", "clause", "counted over the year", "just below, the patient bears", "one fen more", "difference"],
            [_cliff(cliff) for cliff in kinds],
        ),
        paragraph("First bills of a year that meet them:"),
        table(["bill made up", "total just below", "bears", "one fen more", "who", "care"], _bills(met, pack.file)),
    )


def _samples(file: PackFile) -> str:
    names = open_figures_of_bills(file)
    if not names:
        return ""
    told = ", ".join(f"`{name}` = {SAMPLES[money]}" for name, money in names.items())
    return f"Figures that the document leaves open are samples here: {told}."


def _cliff(cliff: Cliff) -> tuple[str, ...]:
    counted = f"`{cliff.accumulator}` {yuan_from_fen(cliff.counted_below_fen)} → {yuan_from_fen(cliff.counted_at_fen)}"
    return (
        cliff.payer,
        cliff.clause,
        counted if cliff.accumulator else "",
        yuan_from_fen(cliff.burden_below_fen),
        yuan_from_fen(cliff.burden_at_fen),
        yuan_from_fen(cliff.burden_at_fen - cliff.burden_below_fen),
    )


def _bills(met: Iterable[Met], file: PackFile) -> list[tuple[str, ...]]:
    rows: dict[tuple[str, int, int, int], list[Met]] = {}
    for one in met:
        key = (one.shape, one.below_fen, one.cliff.burden_below_fen, one.cliff.burden_at_fen)
        rows.setdefault(key, []).append(one)
    return [
        (shape, yuan_from_fen(below), yuan_from_fen(bears), yuan_from_fen(at), _who(found, file), _care(found))
        for (shape, below, bears, at), found in sorted(rows.items(), key=lambda row: (_SHAPES.index(row[0][0]), row[0]))
    ]


def _who(found: list[Met], file: PackFile) -> str:
    codes = dict.fromkeys(one.category for one in found)
    if len(codes) == len(file.population.categories):
        return "everyone served"
    return "、".join(category_name(code, file) for code in codes)


def _care(found: list[Met]) -> str:
    places = dict.fromkeys(f"{PLACES[one.place]} {LEVELS[one.level]}" for one in found)
    kinds = "、".join(KINDS[kind].split()[0] for kind in dict.fromkeys(one.kind for one in found))
    return kinds if len(places) == 1 else f"{kinds}: {', '.join(places)}"
