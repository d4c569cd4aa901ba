"""The terms of an order for money: how much, until when, and by which clause, worked out from the place's documents."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeVar

import msgspec

from fund_ledger.funds.domain.prepayment import quota_due, reserve_due
from fund_ledger.funds.domain.sources import lottery_share
from fund_ledger.months.domain import after
from kernel.values.money import fen_from_yuan
from kernel.values.refusals import Refused
from law.clocks.deadlines import last_day
from law.packs.model import PackFile
from law.packs.rules import DayOfMonth, DayOfYear, Quota, Reserve

Kind = Literal["RESERVE", "MONTHLY", "QUOTA", "APPROPRIATION", "PLAN", "LOTTERY", "MAKE_UP"]
#: Which sources of receipts meet an order of a kind.
SOURCES: Final[Mapping[Kind, frozenset[str]]] = {
    "RESERVE": frozenset({"RESERVE"}),
    "MONTHLY": frozenset({"MONTHLY"}),
    "QUOTA": frozenset({"PREPAYMENT"}),
    "APPROPRIATION": frozenset({"BUDGET"}),
    "PLAN": frozenset({"BUDGET", "DONATION"}),
    "LOTTERY": frozenset({"LOTTERY"}),
    # The province's finance (002 三(一)), or where a county's own fund comes last its budget (004 七(三)).
    "MAKE_UP": frozenset({"PROVINCE", "BUDGET"}),
}
RuleT = TypeVar("RuleT", Reserve, Quota)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is ordered, with the figures that no document and no book gives: forecasts and plans, in fen."""

    county: str
    fund: str
    kind: Kind
    year: int
    month: int | None = None
    amount_fen: int = 0
    annual_fund_fen: int = 0
    monthly_forecast_fen: int = 0
    retained_fen: int = 0


class Books(msgspec.Struct, frozen=True):
    """What the fund's books say, in fen: last year's cost, and the prepayment that stands ready still.

    ``lacking_fen`` is by how much the fund is in debt, less what was asked for and has not come.
    """

    last_year_fen: int
    carried_fen: int
    lacking_fen: int = 0


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What an order comes to. ``figures`` are what it was worked out from, in fen."""

    amount_fen: int
    due_on: date | None
    clause: str
    figures: Mapping[str, int]
    once: bool = False


def terms(wanted: Wanted, file: PackFile, books: Books) -> Terms:
    """The terms by the document in force. Raises Refused ORDER_WITHOUT_RULE, ORDER_FIGURES."""
    match wanted.kind:
        case "RESERVE":
            found = _reserve(wanted, file)
        case "MONTHLY":
            found = _monthly(wanted, file)
        case "QUOTA":
            found = _quota(wanted, file, books)
        case "APPROPRIATION":
            found = _appropriation(wanted, file)
        case "PLAN":
            found = _plan(wanted, file)
        case "LOTTERY":
            found = _lottery(wanted, file)
        case "MAKE_UP":
            found = _make_up(wanted, file, books)
    return found


def _reserve(wanted: Wanted, file: PackFile) -> Terms:
    rule = _rule(wanted, file, Reserve)
    due = reserve_due(rule, wanted.annual_fund_fen, wanted.monthly_forecast_fen, 0)
    figures = {
        "annual_fund": wanted.annual_fund_fen,
        "monthly_forecast": wanted.monthly_forecast_fen,
        "share": due.share_fen,
        "months": due.months_fen,
    }
    return Terms(amount_fen=due.required_fen, due_on=None, clause=_cited(file, rule.clause), figures=figures)


def _monthly(wanted: Wanted, file: PackFile) -> Terms:
    clock = next((one for one in file.clocks if isinstance(one, DayOfMonth) and one.name == "prepayment"), None)
    _rule(wanted, file, Reserve)  # the same departments prepay as hold a reserve
    if clock is None:
        raise _without(wanted)
    if wanted.month is None or wanted.amount_fen <= 0:
        raise Refused("ORDER_FIGURES", "a monthly prepayment names its month and next month's expected cost")
    due = last_day(clock, wanted.year, wanted.month)
    return Terms(amount_fen=wanted.amount_fen, due_on=due, clause=_cited(file, clock.clause), figures={})


def _quota(wanted: Wanted, file: PackFile, books: Books) -> Terms:
    rule = _rule(wanted, file, Quota)
    due = quota_due(rule, books.last_year_fen, books.carried_fen)
    figures = {
        "last_year": books.last_year_fen,
        "quota": due.quota_fen,
        "carried": books.carried_fen,
        "still_carried": due.still_carried_fen,
    }
    return Terms(
        amount_fen=due.transfer_due_fen,
        due_on=_day_of_year(file, "quota", wanted.year),
        clause=_cited(file, rule.clause),
        figures=figures,
    )


def _appropriation(wanted: Wanted, file: PackFile) -> Terms:
    fund = next((one for one in file.funds if one.code == wanted.fund and one.appropriation_yuan), None)
    if fund is None or fund.appropriation_yuan is None:
        raise _without(wanted)
    return Terms(
        amount_fen=fen_from_yuan(fund.appropriation_yuan),
        due_on=None,
        clause=_cited(file, fund.clause),
        figures={},
        once=fund.appropriated == "once",
    )


def _plan(wanted: Wanted, file: PackFile) -> Terms:
    rule = next((one for one in file.clearing if one.account == f"{wanted.fund}/PLAN"), None)
    if rule is None:
        raise _without(wanted)
    if wanted.amount_fen <= 0:
        raise Refused("ORDER_FIGURES", "a yearly plan names what the county is to raise")
    due = _day_of_year(file, "plan", wanted.year)
    return Terms(amount_fen=wanted.amount_fen, due_on=due, clause=_cited(file, rule.clause), figures={})


def _lottery(wanted: Wanted, file: PackFile) -> Terms:
    source = next((one for one in file.sources if one.code == "LOTTERY" and one.percent), None)
    if source is None or source.percent is None:
        raise _without(wanted)
    share = lottery_share(wanted.retained_fen, Decimal(source.percent))
    figures = {"retained": wanted.retained_fen}
    return Terms(amount_fen=share, due_on=None, clause=_cited(file, source.clause), figures=figures)


def _make_up(wanted: Wanted, file: PackFile, books: Books) -> Terms:
    rows = (row for layer in file.layers for row in layer.funding)
    behind = next((row for row in rows if row.funds[1:] and row.funds[-1] == wanted.fund), None)
    if behind is None:
        raise _without(wanted)
    if wanted.month is None or not books.lacking_fen:
        detail = f"a make-up names its month, and {wanted.fund} must lack what nobody was asked for yet"
        raise Refused("ORDER_FIGURES", detail)
    figures = {"lacking": books.lacking_fen}
    return Terms(amount_fen=books.lacking_fen, due_on=None, clause=_cited(file, behind.clause), figures=figures)


def _rule(wanted: Wanted, file: PackFile, kind: type[RuleT]) -> RuleT:
    for rule in file.prepayment:
        if isinstance(rule, kind) and rule.fund == wanted.fund:
            return rule
    raise _without(wanted)


def _day_of_year(file: PackFile, name: str, year: int) -> date | None:
    """The last day of a clock of the year; without a day in the document it is the month's last."""
    clock = next((one for one in file.clocks if isinstance(one, DayOfYear) and one.name == name), None)
    if clock is None:
        return None
    if clock.day is not None:
        return date(year, clock.month, clock.day)
    return after(date(year, clock.month, 1)) - date.resolution


def _cited(file: PackFile, clause: str) -> str:
    return f"{file.document.cited_as} {clause}"


def _without(wanted: Wanted) -> Refused:
    detail = f"no document in force at {wanted.county} orders a {wanted.kind} of {wanted.fund}"
    return Refused("ORDER_WITHOUT_RULE", detail, about={"fund": wanted.fund, "kind": wanted.kind})
