"""Fee lines and their sums by cost class (DOMAIN B5)."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

CostClass = Literal["compliant", "self_pay_first", "over_limit", "out_of_catalogue"]
#: More lines than this in one stay mean that something is wrong with the sender.
LINES_MAX = 20_000


class FeeLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a bill. ``excluded`` marks cost that aid must not pay (004 八(一), AMB-E15).

    ``number`` is the hospital's own, no two lines of a bill have the same; ``on`` the day of the service, ``code`` the
    item's in the catalogue, ``quantity`` a decimal. ``returns`` is the number of the line that is given back, wholly
    or in part: such a line, and no other, is below zero.
    """

    item: str
    amount_fen: int
    cost_class: CostClass
    excluded: bool = False
    number: str | None = None
    on: date | None = None
    code: str | None = None
    quantity: str | None = None
    returns: str | None = None


class FeeSums(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the lines come to, in fen by class; total = compliant + self_pay_first + over_limit + out_of_catalogue."""

    compliant_fen: int = 0
    self_pay_first_fen: int = 0
    over_limit_fen: int = 0
    out_of_catalogue_fen: int = 0
    excluded_fen: int = 0
    excluded_compliant_fen: int = 0
    lines: int = 0
    #: The last day of a service of a batch, where its lines tell; a sum of batches has none.
    last_on: date | None = None

    @property
    def total_fen(self) -> int:
        """The whole bill."""
        return self.compliant_fen + self.self_pay_first_fen + self.over_limit_fen + self.out_of_catalogue_fen

    def plus(self, other: "FeeSums", sign: int = 1) -> "FeeSums":
        """The sum with, or without, the lines of ``other``."""
        return FeeSums(
            compliant_fen=self.compliant_fen + sign * other.compliant_fen,
            self_pay_first_fen=self.self_pay_first_fen + sign * other.self_pay_first_fen,
            over_limit_fen=self.over_limit_fen + sign * other.over_limit_fen,
            out_of_catalogue_fen=self.out_of_catalogue_fen + sign * other.out_of_catalogue_fen,
            excluded_fen=self.excluded_fen + sign * other.excluded_fen,
            excluded_compliant_fen=self.excluded_compliant_fen + sign * other.excluded_compliant_fen,
            lines=self.lines + sign * other.lines,
        )


def sums_of(lines: Iterable[FeeLine]) -> FeeSums:
    """Add up lines; raises Refused NEGATIVE_AMOUNT for a line below zero that gives none back."""
    by_class = dict.fromkeys(get_args(CostClass), 0)
    excluded = excluded_compliant = count = 0
    last_on: date | None = None
    for line in lines:
        if line.amount_fen < 0 and line.returns is None:
            raise Refused(
                "NEGATIVE_AMOUNT",
                f"fee line {line.item} is {yuan_from_fen(line.amount_fen)} yuan; name the line that it returns, or "
                "void a batch to take it back",
            )
        if line.on is not None and (last_on is None or line.on > last_on):
            last_on = line.on
        by_class[line.cost_class] += line.amount_fen
        count += 1
        if line.excluded:
            excluded += line.amount_fen
            excluded_compliant += line.amount_fen if line.cost_class == "compliant" else 0
    return FeeSums(
        **{f"{cost_class}_fen": fen for cost_class, fen in by_class.items()},
        excluded_fen=excluded,
        excluded_compliant_fen=excluded_compliant,
        lines=count,
        last_on=last_on,
    )
