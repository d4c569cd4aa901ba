"""The sum above which a second person releases money of a county; the agency sets it, finance books by it.

No document of the five places names such a sum: it is a setting of the place, and without one nothing is asked.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Up to ``above_fen`` one person books money of a county; what is above, somebody else releases."""

    county: str
    above_fen: int
    set_on: date
    set_by: str


class SetLimit(msgspec.Struct, frozen=True):
    """Set the sum of a county; the one before counts no longer."""

    limit: Limit


class LimitSet(msgspec.Struct, frozen=True):
    """The sum of a county was set."""

    limit: Limit


def decide(command: SetLimit, state: Limit | None) -> Sequence[LimitSet]:
    """The new sum; nothing where it is the same."""
    same = state is not None and state.above_fen == command.limit.above_fen
    return () if same else (LimitSet(command.limit),)


def evolve(_state: Limit | None, event: LimitSet) -> Limit:
    """The state after an event."""
    return event.limit


DECIDER: Final[Decider[SetLimit, Limit | None, LimitSet]] = Decider(None, decide, evolve)


def stream_of(county: str) -> str:
    """The stream of a county's sums."""
    return f"money-limit/{county}"


def check_limit(limit: Limit | None, by: str, account: str, amount_fen: int, booked_today_fen: int) -> None:
    """Refuse what one person may not book alone: RELEASE_NEEDED.

    ``booked_today_fen`` is what was booked on the same account today, so that a sum in parts is one sum. Whoever set
    the sum books nothing alone: else one person with both roles would say up to where nobody else looks.
    """
    if limit is None:
        return
    if by == limit.set_by:
        why = f"{by} set the sum of {limit.county}"
    elif amount_fen + booked_today_fen > limit.above_fen:
        today = f" after {yuan_from_fen(booked_today_fen)} yuan today" if booked_today_fen else ""
        above = yuan_from_fen(limit.above_fen)
        why = f"{yuan_from_fen(amount_fen)} yuan on {account}{today} are above {above} yuan"
    else:
        return
    detail = f"{why}: propose it at /v1/money-proposals, and somebody else of finance releases it"
    raise conflict("RELEASE_NEEDED", detail, account=account)
