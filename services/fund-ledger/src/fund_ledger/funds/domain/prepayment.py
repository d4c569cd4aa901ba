"""Prepayment: money that stands ready before bills come, as reserve, as prepaid share, or as quota (DOMAIN B10)."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from kernel.values.money import Rounding, share_of, yuan_from_fen
from kernel.values.refusals import Refused, conflict
from law.packs.rules import Assessment, Quota, Reserve


class ReserveDue(msgspec.Struct, frozen=True):
    """What a department must hold in reserve, in fen, and by how much it falls short."""

    share_fen: int
    months_fen: int
    required_fen: int
    shortfall_fen: int

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.shortfall_fen == 0


def reserve_due(rule: Reserve, annual_fund_fen: int, monthly_forecast_fen: int, paid_in_fen: int) -> ReserveDue:
    """max(months × forecast, half-up(percent × yearly fund)), or one of the two (001 二(三), AMB-H2)."""
    share = share_of(annual_fund_fen, Decimal(rule.percent_of_year).scaleb(-2), Rounding.HALF_UP)
    months = rule.months * monthly_forecast_fen
    required = {"max": max(share, months), "percent_only": share, "months_only": months}[rule.combine]
    return ReserveDue(share, months, required, max(0, required - paid_in_fen))


class AssessmentPaid(msgspec.Struct, frozen=True):
    """A year's budget of a hospital, in fen: prepay + pool = total, payout + withheld = pool."""

    prepay_fen: int
    pool_fen: int
    payout_fen: int
    withheld_fen: int


def assess(rule: Assessment, total_fen: int, score_percent: Decimal) -> AssessmentPaid:
    """half-up(percent × total) is prepaid; of the rest, half-up(pool × score) is paid out (002 三(二), AMB-C3)."""
    prepay = share_of(total_fen, Decimal(rule.prepay_percent).scaleb(-2), Rounding.HALF_UP)
    pool = total_fen - prepay
    payout = by_score(pool, score_percent)
    return AssessmentPaid(prepay, pool, payout, pool - payout)


def by_score(pool_fen: int, score_percent: Decimal) -> int:
    """half-up(pool × score), in fen (AMB-C3 linear_score). Raises Refused SCORE_OUT_OF_RANGE."""
    if not 0 <= score_percent <= 100:
        raise Refused("SCORE_OUT_OF_RANGE", f"a score of {score_percent} is not between 0 and 100 percent")
    return share_of(pool_fen, score_percent.scaleb(-2), Rounding.HALF_UP)


class QuotaDue(msgspec.Struct, frozen=True):
    """A county's prepayment for the year, in fen."""

    quota_fen: int
    transfer_due_fen: int
    still_carried_fen: int


def quota_due(rule: Quota, last_year_fen: int, carried_fen: int) -> QuotaDue:
    """half-up(percent × last year's cost), less what was carried over; the rest of that is carried on (004 四(二))."""
    quota = share_of(last_year_fen, Decimal(rule.percent).scaleb(-2), Rounding.HALF_UP)
    return QuotaDue(quota, max(0, quota - carried_fen), max(0, carried_fen - quota))


def placed_balance(placed_fen: int, used_fen: Iterable[int]) -> int:
    """What is left of money placed at a hospital for aid on the spot (002 三(二)); raises Refused."""
    balance = placed_fen - sum(used_fen)
    if balance < 0:
        detail = f"the hospital paid {yuan_from_fen(-balance)} yuan more aid than was placed"
        raise conflict("PLACEMENT_EXHAUSTED", detail)
    return balance
