"""What a fund will have to bear, foretold from its own months; the method is the one that was least off on past ones.

Plain means only: a county has some dozens of months, on which nobody can tell a model of more parts from chance. How
far off they are is shown beside every figure, so that whoever prepays (001 二(三)) knows what it is worth.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from fund_ledger.months.domain import after, last_day
from kernel.values.money import Rounding, divide

#: Fewer whole months say nothing.
MONTHS_MIN: Final = 3
#: So many of the last months are foretold from those before them, to see how far off each method is.
HELD_OUT_MAX: Final = 12
#: Beyond three years nobody asks when money runs out.
AHEAD_MAX: Final = 36
_YEAR: Final = 12
_QUARTER: Final = 3


class Months(msgspec.Struct, frozen=True):
    """What a fund had to bear in whole months, the oldest first, without a gap, in fen."""

    first: date
    borne_fen: tuple[int, ...]

    @property
    def next(self) -> date:
        """The first day of the month after the last whole one."""
        month = self.first
        for _ in self.borne_fen:
            month = after(month)
        return month


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """A fund's outlook. ``error_fen`` is by how much the method was off on a month, in the mean of those held out.

    ``need_fen`` is what the month ``month`` will take. ``runs_out_on`` is the first day on which money is missing;
    None where it lasts longer than is looked ahead, or where others hold the money.
    """

    fund: str
    method: str
    month: date
    need_fen: int
    held_out: int
    error_fen: int
    error_permille: int
    available_fen: int | None
    runs_out_on: date | None


#: From the months so far to the next; the place of the month to be foretold is that after the last. Raises nothing.
_Method = Callable[[Sequence[int]], int]


def _mean(months: Sequence[int]) -> int:
    # More may have been revoked than settled: nobody foretells that.
    return divide(max(0, sum(months)), len(months), Rounding.HALF_UP)


def _last(months: Sequence[int]) -> int:
    return months[-1]


def _quarter(months: Sequence[int]) -> int:
    return _mean(months[-_QUARTER:])


def _year(months: Sequence[int]) -> int:
    return _mean(months[-_YEAR:])


def _season(months: Sequence[int]) -> int:
    """The mean of the same month of the years before; the year's mean where there was none."""
    same = months[len(months) % _YEAR :: _YEAR] if len(months) >= _YEAR else ()
    return _mean(same) if same else _year(months)


#: In the order in which a tie is decided: what is steadier first.
METHODS: Final[Mapping[str, _Method]] = {
    "YEAR_MEAN": _year,
    "SAME_MONTH_MEAN": _season,
    "QUARTER_MEAN": _quarter,
    "LAST_MONTH": _last,
}


def forecast(fund: str, months: Months, available_fen: int | None, borne_now_fen: int, today: date) -> Forecast | None:
    """A fund's outlook on ``today``; None where there are too few whole months.

    ``borne_now_fen`` is what the month that runs has taken by now. ``available_fen`` is what the fund has; None where
    others hold it, whose money is not seen here.
    """
    history = months.borne_fen
    if len(history) < MONTHS_MIN:
        return None
    held_out = min(HELD_OUT_MAX, len(history) - MONTHS_MIN + 1)
    errors = {name: _off(method, history, held_out) for name, method in METHODS.items()}
    name = min(errors, key=errors.__getitem__)
    ahead = _ahead(METHODS[name], history)
    taken = sum(abs(one) for one in history[-held_out:])
    return Forecast(
        fund=fund,
        method=name,
        month=after(months.next),
        need_fen=ahead[1],
        held_out=held_out,
        error_fen=divide(errors[name], held_out, Rounding.HALF_UP),
        error_permille=divide(errors[name] * 1000, taken, Rounding.HALF_UP) if taken else 0,
        available_fen=available_fen,
        runs_out_on=None if available_fen is None else _runs_out(available_fen, ahead, borne_now_fen, today),
    )


def _off(method: _Method, history: Sequence[int], held_out: int) -> int:
    """By how much a method is off on the last months in all, each foretold from what was known before it."""
    begin = len(history) - held_out
    return sum(abs(method(history[:place]) - history[place]) for place in range(begin, len(history)))


def _ahead(method: _Method, history: Sequence[int]) -> list[int]:
    """The month that runs and those after it; what is foretold stands for what will be known then."""
    known = list(history)
    for _ in range(AHEAD_MAX):
        known.append(max(0, method(known)))
    return known[len(history) :]


def _runs_out(available_fen: int, ahead: Sequence[int], borne_now_fen: int, today: date) -> date | None:
    """The first day after ``today`` whose share of its month the fund cannot bear; ``today`` where it is in debt."""
    if available_fen < 0:
        return today
    left, day, month = available_fen, today + timedelta(days=1), today.replace(day=1)
    for place, foretold in enumerate(ahead):
        need = max(0, foretold - borne_now_fen) if place == 0 else foretold
        days = (last_day(month) - day).days + 1
        if need > left:
            # Day k of the month has taken need * k / days by its end; on its last evening there is no day left.
            return day + timedelta(days=left * max(days, 0) // need)
        left -= need
        month = after(month)
        day = month
    return None
