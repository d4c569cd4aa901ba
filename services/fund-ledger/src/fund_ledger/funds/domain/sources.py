"""Where funds come from and what they pay beside bills: the lottery's share, and premiums of the poor."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from fund_ledger.journals.domain.funding import split
from kernel.values.money import Rounding, share_of


def lottery_share(retained_fen: int, percent: Decimal) -> int:
    """half-up(percent × the welfare lottery money that stays with the place) goes to the aid fund (004 七(三))."""
    return share_of(retained_fen, percent.scaleb(-2), Rounding.HALF_UP)


class PremiumsPaid(msgspec.Struct, frozen=True):
    """Premiums that finance pays, in fen by fund, and the people for whom nobody pays."""

    by_fund_fen: dict[str, int]
    unsubsidised_persons: int


def pay_premiums(
    premium_fen: int,
    persons: Mapping[str, int],
    funds_of: Mapping[str, tuple[str, ...]],
    available_fen: Mapping[str, int],
) -> PremiumsPaid:
    """premium × persons of each category, out of the funds of that category in their order (004 七(一), AMB-E12).

    A category that is not in ``funds_of`` pays for itself (AMB-E11).
    """
    paid: dict[str, int] = {}
    left = dict(available_fen)
    unsubsidised = 0
    for category, count in persons.items():
        cascade = funds_of.get(category)
        if cascade is None:
            unsubsidised += count
            continue
        for fund, amount in split(premium_fen * count, cascade, left):
            paid[fund] = paid.get(fund, 0) + amount
            left[fund] = left.get(fund, 0) - amount
    return PremiumsPaid(paid, unsubsidised)
