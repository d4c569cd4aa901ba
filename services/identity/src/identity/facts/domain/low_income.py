"""The low-income test: a family just above the minimum-living line, and a member who cannot help themselves."""

from decimal import Decimal

import msgspec

from identity.persons.domain.categories import GROUPS, Category, Group


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """A family's income per head and assets, and the local line and limit that they are held against."""

    income_fen: int
    assets_fen: int
    local_line_fen: int
    asset_limit_fen: int


def is_low_income(means: Means, group: Group | None, multiple: Decimal) -> bool:
    """Income per head ≤ multiple × line (以下), assets < limit (低于), and in one of the four groups (004 三(一)4)."""
    return (
        group in GROUPS[Category.LOW_INCOME]
        and Decimal(means.income_fen) <= multiple * means.local_line_fen
        and means.assets_fen < means.asset_limit_fen
    )
