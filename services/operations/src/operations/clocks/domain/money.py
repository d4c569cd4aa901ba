"""Which money meets which clock: orders that were paid in, statements, fees and clearings that were paid (DOMAIN B12).

A clock is met on the day of the bank, in China, not on the day on which somebody entered it (decision 0071).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from law.packs.model import PackFile
from law.packs.rules import Quota, Reserve
from operations.clocks.domain.schedule import Due


class Met(msgspec.Struct, frozen=True, order=True):
    """What met a clock on which day; ``proof`` names the journal, or what was settled without one."""

    on: date
    proof: str


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """An order for money as the ledger told it last; ``period`` is its month or year, ``met`` None while it lacks."""

    fund: str
    kind: str
    period: str
    met: Met | None


class MonthTold(msgspec.Struct, frozen=True, kw_only=True):
    """A month's statements of a fund to hospitals, or a month's reports of fees (of no fund).

    ``open`` are not ended yet; ``last`` is the latest payment, or the latest of them where nothing was to be paid.
    ``missing`` says, of each, which funds (or centres) had something still to be drawn (or reported) by then.
    """

    fund: str
    period: str
    open: int
    last: Met
    missing: tuple[frozenset[str], ...]


class YearTold(msgspec.Struct, frozen=True):
    """A closed year and the latest payment of its clearings; ``left`` are still to be paid."""

    year: int
    left: int
    last: Met


class MoneyTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger told of a county's money."""

    orders: tuple[OrderTold, ...] = ()
    statements: tuple[MonthTold, ...] = ()
    fees: tuple[MonthTold, ...] = ()
    years: tuple[YearTold, ...] = ()


def _reserves(file: PackFile) -> frozenset[str]:
    return frozenset(rule.fund for rule in file.prepayment if isinstance(rule, Reserve))


def _quotas(file: PackFile) -> frozenset[str]:
    return frozenset(rule.fund for rule in file.prepayment if isinstance(rule, Quota))


def _plans(file: PackFile) -> frozenset[str]:
    accounts = (rule.account.partition("/") for rule in file.clearing)
    return frozenset(fund for fund, _, part in accounts if part == "PLAN")


def _held_here(file: PackFile) -> frozenset[str]:
    return frozenset(fund.code for fund in file.funds if fund.held == "here")


def _insurers(_file: PackFile) -> frozenset[str]:
    return frozenset({"CII"})


#: Clocks of orders: of which kind, and which funds the document wants one of.
_ORDERS: Final[Mapping[str, tuple[str, Callable[[PackFile], frozenset[str]]]]] = {
    "prepayment": ("MONTHLY", _reserves),
    "quota": ("QUOTA", _quotas),
    "plan": ("PLAN", _plans),
}
#: Clocks of statements: of which funds. Who holds money elsewhere clears it elsewhere; the insurer's bill is its own.
_STATEMENTS: Final[Mapping[str, Callable[[PackFile], frozenset[str]]]] = {
    "allotment_and_settlement": _held_here,
    "hospital_clearing": _held_here,
    "cii_bill": _insurers,
}
#: All clocks that money meets.
OF_MONEY: Final = frozenset({*_ORDERS, *_STATEMENTS, "consultation_fee", "clearing"})


def met_by(due: Due, file: PackFile, told: MoneyTold) -> Met | None:
    """What met something due, by the document that asks for it; None while some of the money is missing."""
    if due.clock in _ORDERS:
        kind, wanted = _ORDERS[due.clock]
        return _by_orders(wanted(file), [one for one in told.orders if (one.kind, one.period) == (kind, due.period)])
    if due.clock in _STATEMENTS:
        funds = _STATEMENTS[due.clock](file)
        of_month = [one for one in told.statements if one.period == due.period and one.fund in funds]
        return _by_month(of_month, lambda missing: not missing & funds)
    if due.clock == "consultation_fee":
        return _by_month([one for one in told.fees if one.period == due.period], lambda missing: not missing)
    # What is due in January is the clearing of the year before (004 四(一) 次年1月).
    cleared = (one.last for one in told.years if str(one.year + 1) == due.period and not one.left)
    return next(cleared, None) if due.clock == "clearing" else None


def _by_orders(funds: frozenset[str], orders: Sequence[OrderTold]) -> Met | None:
    """Met with the last of the funds that are to have an order: one without an order has nothing that could be met."""
    met = {one.fund: one.met for one in orders if one.met is not None}
    return max(met[fund] for fund in funds) if funds and funds <= met.keys() else None


def _by_month(told: Iterable[MonthTold], whole: Callable[[frozenset[str]], bool]) -> Met | None:
    """Met with the last payment, once all that was drawn is paid and one of them knew of nothing still to be drawn."""
    months = list(told)
    known = any(whole(missing) for one in months for missing in one.missing)
    return max(one.last for one in months) if known and not any(one.open for one in months) else None
