"""Cliffs of a policy: bills where one fen more makes the patient pay much more or much less, found by search."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Final

import msgspec

from kernel.values.refusals import Refused
from law import Adjudication, LayerTrace, adjudicate
from law.packs import Policy
from law.packs.population import Category
from workbench.policy.bills import SHAPES, Shape, bill, kinds_told_apart, outer_payers, places_told_apart
from workbench.policy.people import someone

#: A change of the patient's burden by less than this, for one fen more cost, is rounding and no cliff.
CLIFF_FEN: Final = 100
#: Bills from nothing up to this are searched.
UP_TO_FEN: Final = 400_000_00
#: Where the burden is not straight between three bills that lie this far apart, the search goes on inside.
_STEP_FEN: Final = 4_000_00
#: Shares and rates are rounded to the fen, so a straight line may be this far off.
_ROUNDING_FEN: Final = 4

Settle = Callable[[int], Adjudication]


class Cliff(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """One fen more, and the patient's burden jumps. Amounts in fen.

    Where a count of the year decides, ``counted_below_fen`` and ``counted_at_fen`` are its standings on both sides.
    """

    payer: str
    clause: str
    burden_below_fen: int
    burden_at_fen: int
    accumulator: str = ""
    counted_below_fen: int = 0
    counted_at_fen: int = 0


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that meets a cliff: its total just below, how it is made up, whose it is and for what care."""

    cliff: Cliff
    shape: str
    below_fen: int
    category: str
    kind: str
    place: str
    level: str


def cliffs(policy: Policy) -> Iterator[Met]:
    """Every bill of the search space that meets a cliff, in a year without earlier bills."""
    file = policy.file
    care = kinds_told_apart(file), places_told_apart(file)
    for category, kind, where, shape in product(file.population.categories, *care, SHAPES):
        settle = _settling(policy, category, kind, where, shape)
        for below in _search(settle):
            yield Met(
                cliff=_cliff(settle, below),
                shape=shape.name,
                below_fen=below,
                category=category.code,
                kind=kind,
                place=where[0],
                level=where[1],
            )


def _settling(policy: Policy, category: Category, kind: str, where: tuple[str, str], shape: Shape) -> Settle:
    standing, outer = someone(category, policy.on), outer_payers(policy.file)

    @cache
    def settle(total_fen: int) -> Adjudication:
        claim = bill(shape, total_fen, outer, kind, where, policy.on, referred=True)
        return adjudicate(claim, standing, {}, policy)

    return settle


def _search(settle: Settle) -> Iterator[int]:
    try:
        settle(0)
    except Refused:
        # The document has no figure for such a bill at all; then there is nothing that could jump.
        return
    for low in range(0, UP_TO_FEN, _STEP_FEN):
        yield from _between(settle, low, low + _STEP_FEN)


def _between(settle: Settle, low: int, high: int) -> Iterator[int]:
    if high - low == 1:
        if abs(burden(settle(high)) - burden(settle(low))) >= CLIFF_FEN:
            yield low
        return
    middle = (low + high) // 2
    # On a straight line the rise of the two halves is in proportion to their widths.
    left, right = burden(settle(middle)) - burden(settle(low)), burden(settle(high)) - burden(settle(middle))
    if abs(left * (high - middle) - right * (middle - low)) > _ROUNDING_FEN * (high - low):
        yield from _between(settle, low, middle)
        yield from _between(settle, middle, high)


def _cliff(settle: Settle, below: int) -> Cliff:
    before, after = settle(below), settle(below + 1)
    pairs = zip(before.layers, after.layers, strict=True)
    was, now = max(pairs, key=lambda pair: abs(_given(pair[1]) - _given(pair[0])))
    return Cliff(
        payer=now.payer,
        clause=now.clause,
        burden_below_fen=burden(before),
        burden_at_fen=burden(after),
        accumulator=now.accumulator or "",
        counted_below_fen=was.after_fen or 0,
        counted_at_fen=now.after_fen or 0,
    )


def _given(layer: LayerTrace) -> int:
    return layer.amount_fen + layer.payout_fen


def burden(result: Adjudication) -> int:
    """What a bill costs the person: the own part less what is paid out in cash beside it."""
    return result.patient_pays_fen - result.payout_fen
