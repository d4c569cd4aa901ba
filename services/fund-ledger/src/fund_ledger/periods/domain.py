"""Clearing: at the end of a year each account by itself gets back what was not used, or pays what was lacking.

No service calls it yet.
"""

from collections.abc import Iterable

import msgspec


class Cleared(msgspec.Struct, frozen=True):
    """What goes back to, or is still due from, who paid in. At most one of the two is above 0 fen."""

    refund_fen: int
    top_up_fen: int


def clear(paid_in_fen: Iterable[int], settled_fen: int) -> Cleared:
    """Σ paid in - settled: a surplus is refunded, a shortage topped up (001 二(三), 004 四(一) 多退少补)."""
    surplus = sum(paid_in_fen) - settled_fen
    return Cleared(max(0, surplus), max(0, -surplus))
