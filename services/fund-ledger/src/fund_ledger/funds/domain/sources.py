"""Where funds come from: the lottery's share."""

from decimal import Decimal

from kernel.values.money import Rounding, share_of


def lottery_share(retained_fen: int, percent: Decimal) -> int:
    """half-up(percent × the welfare lottery money that stays with the place) goes to the aid fund (004 七(三))."""
    return share_of(retained_fen, percent.scaleb(-2), Rounding.HALF_UP)
