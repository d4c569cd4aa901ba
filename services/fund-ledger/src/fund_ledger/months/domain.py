"""The months of a county's books: they are closed one after the other, once nothing stands in the way."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict


class FundAtClose(msgspec.Struct, frozen=True, kw_only=True):
    """A fund at the end of a month, in fen: bank and receivables together are what it has left plus what it owes."""

    fund: str
    bank_fen: int
    available_fen: int
    owed_fen: int
    receivable_fen: int


class CloseMonth(msgspec.Struct, frozen=True, kw_only=True):
    """Close the month that begins on ``month``. ``obstacles`` say what stands in the way, one sentence each."""

    county: str
    month: date
    today: date
    obstacles: tuple[str, ...]
    entries: int
    funds: tuple[FundAtClose, ...]


class MonthClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A month was closed with so many entries; from now on whatever concerns it is booked in the next open one."""

    county: str
    month: date
    closed_on: date
    entries: int
    funds: tuple[FundAtClose, ...]


class Months(msgspec.Struct, frozen=True):
    """The last month that was closed; it and all before it are."""

    closed: date | None = None


def decide(command: CloseMonth, state: Months) -> Sequence[MonthClosed]:
    """The closing, or nothing where the month is closed: a repetition brings about nothing.

    Raises Refused MONTH_NOT_OVER, MONTH_OUT_OF_ORDER, CLOSING_OBSTRUCTED.
    """
    month, closed = command.month, state.closed
    if closed is not None and month <= closed:
        return ()
    if command.today < after(month):
        raise conflict(
            "MONTH_NOT_OVER", f"{month:%Y-%m} is not over on {command.today}; close it from {after(month)} on"
        )
    if closed is not None and month > after(closed):
        detail = f"of {command.county} {after(closed):%Y-%m} is the next month to be closed, before {month:%Y-%m}"
        raise conflict("MONTH_OUT_OF_ORDER", detail, county=command.county, month=f"{after(closed):%Y-%m}")
    if command.obstacles:
        raise conflict("CLOSING_OBSTRUCTED", f"{month:%Y-%m} cannot be closed: {'; '.join(command.obstacles)}")
    return (
        MonthClosed(
            county=command.county,
            month=month,
            closed_on=command.today,
            entries=command.entries,
            funds=command.funds,
        ),
    )


def evolve(state: Months, event: MonthClosed) -> Months:
    """The state after an event."""
    assert state.closed is None or event.month > state.closed, "months are closed in their order"
    return Months(event.month)


DECIDER: Final[Decider[CloseMonth, Months, MonthClosed]] = Decider(Months(), decide, evolve)


def after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_day(month: date) -> date:
    """The last day of a month that is given by its first."""
    return after(month) - timedelta(days=1)


def first_open(closed: date | None) -> date:
    """The first day on which something may still be booked, after the last month that was closed."""
    return date.min if closed is None else after(closed)


def must_be_open(day: date, county: str, first: date) -> None:
    """Refuse a day in a closed month: PERIOD_CLOSED. ``first`` is the first open day of the county."""
    if day < first:
        raise Refused(
            "PERIOD_CLOSED",
            f"the books of {county} are closed up to {first - timedelta(days=1)}; book it on {first} or later",
            about={"county": county, "open_from": first.isoformat()},
        )
