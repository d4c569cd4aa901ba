"""Lines with the hospital's own numbers: each is on the bill once, and what is given back was on it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict
from settlement.encounters.domain.fees import FeeLine


class LineOnBill(NamedTuple):
    """A line that is on the bill, and where it stands: its batch and its place in that, from 1."""

    batch: int
    line: int
    fee: FeeLine


def new_lines(lines: Iterable[FeeLine], on_bill: Sequence[LineOnBill], today: date) -> tuple[FeeLine, ...]:
    """Those of the lines that are not on the bill yet: the same number with the same content is the same line.

    Raises Refused FEE_LINE_CHANGED for the same number with another content, FEE_LINE_UNKNOWN, RETURN_MISMATCH or
    RETURN_EXCEEDS_LINE for a line that gives back what was not there, DATE_IN_FUTURE.
    """
    numbered = {known.fee.number: known.fee for known in on_bill}
    left = {number: fee.amount_fen for number, fee in numbered.items()}
    for known in on_bill:
        if known.fee.returns in left:
            left[known.fee.returns] += known.fee.amount_fen
    added = []
    for fee in lines:
        if fee.on is not None and fee.on > today:
            raise Refused("DATE_IN_FUTURE", f"fee line {fee.item} is of {fee.on}, which has not come yet")
        if fee.number is not None and fee.number in numbered:
            _check_same(fee, numbered[fee.number])
            continue
        if fee.returns is not None:
            _give_back(fee, fee.returns, numbered, left)
        if fee.number is not None:
            numbered[fee.number], left[fee.number] = fee, fee.amount_fen
        added.append(fee)
    return tuple(added)


def check_voidable(batch: int, on_bill: Iterable[LineOnBill]) -> None:
    """Refuse to take a batch off of which other batches give lines back: FEE_BATCH_RETURNED."""
    on_bill = tuple(on_bill)
    mine = {known.fee.number for known in on_bill if known.batch == batch}
    returned = next((k for k in on_bill if k.batch != batch and k.fee.returns in mine), None)
    if returned is not None:
        raise conflict(
            "FEE_BATCH_RETURNED",
            f"line {returned.fee.returns} of batch {batch} is given back by batch {returned.batch}; void that first",
            batch=str(returned.batch),
            line=returned.fee.returns or "",
        )


def _check_same(fee: FeeLine, known: FeeLine) -> None:
    if fee != known:
        raise conflict(
            "FEE_LINE_CHANGED",
            f"line {fee.number} is on the bill with {yuan_from_fen(known.amount_fen)} yuan and another content; give "
            "it back under a number of its own, or void its batch",
            line=fee.number or "",
        )


def _give_back(fee: FeeLine, returns: str, numbered: dict[str | None, FeeLine], left: dict[str | None, int]) -> None:
    returned, about = numbered.get(returns), {"line": returns}
    if returned is None:
        raise Refused("FEE_LINE_UNKNOWN", f"there is no line {returns} on the bill to be given back", about=about)
    if fee.amount_fen > 0 or (fee.cost_class, fee.excluded) != (returned.cost_class, returned.excluded):
        raise Refused(
            "RETURN_MISMATCH",
            f"what gives line {returns} back is below zero and of its class, {returned.cost_class}"
            f"{', excluded' if returned.excluded else ''}",
            about=about,
        )
    if left[returns] + fee.amount_fen < 0 or returned.returns is not None:
        there, asked = yuan_from_fen(max(0, left[returns])), yuan_from_fen(-fee.amount_fen)
        raise Refused(
            "RETURN_EXCEEDS_LINE",
            f"{there} yuan are left of line {returns}; {asked} yuan cannot be given back",
            about={**about, "left": there, "asked": asked},
        )
    left[returns] += fee.amount_fen
