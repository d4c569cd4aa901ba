"""The years of a county's books: closed after their December, cleared by account, and what that leaves to be paid."""

from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from fund_ledger.months.domain import FundAtClose
from fund_ledger.periods.domain.clearing import AccountCleared
from kernel.values.decider import Decider
from kernel.values.refusals import conflict, not_found


class CloseYear(msgspec.Struct, frozen=True, kw_only=True):
    """Close a year whose months up to ``months_closed`` are closed; ``cleared`` and ``carried`` come from the books."""

    county: str
    year: int
    today: date
    months_closed: date | None
    cleared: tuple[AccountCleared, ...]
    carried: tuple[FundAtClose, ...]
    #: Whether the other services are told (decision 0071).
    tells: bool = True


class SettleClearing(msgspec.Struct, frozen=True, kw_only=True):
    """What an account's clearing left was paid: the surplus went back, or the shortage came in."""

    year: int
    account: str
    journal_id: str
    settled_on: date
    tells: bool = True


YearCommand = CloseYear | SettleClearing


class YearClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A year was closed: what each account was cleared with, and what each fund carries into the next."""

    county: str
    year: int
    closed_on: date
    cleared: tuple[AccountCleared, ...]
    carried: tuple[FundAtClose, ...]
    #: How many clearings leave something to be paid; None in what was stored before it was told (decision 0071).
    left: int | None = None


class ClearingSettled(msgspec.Struct, frozen=True, kw_only=True):
    """The refund or top-up of an account's clearing was booked; ``left`` of the year's are still to be paid."""

    county: str
    year: int
    account: str
    journal_id: str
    settled_on: date
    left: int | None = None


YearEvent = YearClosed | ClearingSettled


class Years(msgspec.Struct, frozen=True):
    """A county's closed years, and which clearings of them were paid."""

    closed: tuple[YearClosed, ...] = ()
    settled: frozenset[tuple[int, str]] = frozenset()

    def of(self, year: int) -> YearClosed | None:
        """A closed year."""
        return next((closed for closed in self.closed if closed.year == year), None)


def decide(command: YearCommand, state: Years) -> Sequence[YearEvent]:
    """What a command brings about; closing a closed year brings about nothing.

    Raises Refused YEAR_OUT_OF_ORDER, MONTHS_OPEN; CLEARING_UNKNOWN, CLEARING_SETTLED.
    """
    match command:
        case CloseYear():
            return _close(command, state)
        case SettleClearing():
            return _settle(command, state)
        case _:
            assert_never(command)


def _close(command: CloseYear, state: Years) -> Sequence[YearEvent]:
    if state.of(command.year) is not None:
        return ()
    if state.closed and command.year != state.closed[-1].year + 1:
        due = state.closed[-1].year + 1
        raise conflict("YEAR_OUT_OF_ORDER", f"of {command.county} {due} is the next year to be closed", year=str(due))
    december = date(command.year, 12, 1)
    if command.months_closed is None or command.months_closed < december:
        closed = "none" if command.months_closed is None else f"{command.months_closed:%Y-%m} the last"
        detail = f"{command.year} is closed after its December; of the months of {command.county} {closed} is closed"
        raise conflict("MONTHS_OPEN", detail, county=command.county)
    return (
        YearClosed(
            county=command.county,
            year=command.year,
            closed_on=command.today,
            cleared=command.cleared,
            carried=command.carried,
            left=len(_to_be_paid(command.cleared)) if command.tells else None,
        ),
    )


def _settle(command: SettleClearing, state: Years) -> Sequence[YearEvent]:
    closed, _ = due(state, command.year, command.account)
    paid = {account for year, account in state.settled if year == command.year} | {command.account}
    return (
        ClearingSettled(
            county=closed.county,
            year=command.year,
            account=command.account,
            journal_id=command.journal_id,
            settled_on=command.settled_on,
            left=len(_to_be_paid(closed.cleared) - paid) if command.tells else None,
        ),
    )


def _to_be_paid(cleared: Sequence[AccountCleared]) -> set[str]:
    """The accounts whose clearing leaves a surplus or a shortage."""
    return {one.account for one in cleared if one.refund_fen or one.top_up_fen}


def due(state: Years, year: int, account: str) -> tuple[YearClosed, AccountCleared]:
    """The clearing that is still to be paid. Raises Refused CLEARING_UNKNOWN, CLEARING_SETTLED."""
    closed = state.of(year)
    found = next((one for one in closed.cleared if one.account == account), None) if closed else None
    if closed is None or found is None or not (found.refund_fen or found.top_up_fen):
        raise not_found("CLEARING_UNKNOWN", f"the clearing of {year} leaves nothing to be paid for {account}")
    if (year, account) in state.settled:
        raise conflict("CLEARING_SETTLED", f"what the clearing of {year} left for {account} was paid before")
    return closed, found


def evolve(state: Years, event: YearEvent) -> Years:
    """The state after an event."""
    match event:
        case YearClosed():
            return msgspec.structs.replace(state, closed=(*state.closed, event))
        case ClearingSettled():
            return msgspec.structs.replace(state, settled=state.settled | {(event.year, event.account)})
        case _:
            assert_never(event)


DECIDER: Final[Decider[YearCommand, Years, YearEvent]] = Decider(Years(), decide, evolve)
