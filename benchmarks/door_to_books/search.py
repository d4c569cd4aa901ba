"""How the highest rate is looked for: short steps up, one refinement, and then it has to hold for long."""

from collections.abc import Awaitable, Callable
from math import isqrt
from typing import Final

FIRST_PER_SECOND: Final = 200
STEP: Final = 1.5
PROBE_SECONDS: Final = 10
HOLD_SECONDS: Final = 30

#: How much of the time may be left for the refinement when the steps end at the latest.
_KEPT_FOR_HOLDING: Final = 0.5

Holds = Callable[[int, int], Awaitable[bool]]


async def highest_held(holds: Holds, share_left: Callable[[], float]) -> int | None:
    """The highest rate that ``holds`` for HOLD_SECONDS, tried last; None where time was up before one did.

    ``share_left`` says how much of the time is left, from 1 down to 0.
    """
    rates, rate = [], FIRST_PER_SECOND
    while share_left() > _KEPT_FOR_HOLDING and await holds(rate, PROBE_SECONDS):
        rates.append(rate)
        rate = int(rate * STEP)
    between = isqrt(rates[-1] * rate) if rates else FIRST_PER_SECOND // 2
    for candidate in [between, *reversed(rates)]:
        if share_left() <= 0:
            return None
        if await holds(candidate, HOLD_SECONDS):
            return candidate
    return None
