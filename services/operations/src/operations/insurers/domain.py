"""One file an insurer and county (002 三(一)): may it do this, on which terms, what checks found: pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import Rounding, share_of, yuan_from_fen
from kernel.values.refusals import Refused, check_not_to_come, conflict, not_found


class Checked(StrEnum):
    """What of an insurer is checked (从业资格审查、服务质量和市场行为监管)."""

    QUALIFICATION = "QUALIFICATION"
    SERVICE = "SERVICE"
    CONDUCT = "CONDUCT"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the insurer gives in a year: the deductible, the one of the registered poor, the rate of the lowest segment.

    ``lowest_percent`` is a decimal number in words; no segment of the contract pays less.
    """

    year: int
    deductible_fen: int
    deductible_poor_fen: int
    lowest_percent: str
    reference: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the insurer, and where its record lies."""

    of: Checked
    on: date
    passed: bool
    reference: str
    checked_by: str


class Insurer(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it stands; ``qualified_until`` is the last day of the licence that was shown."""

    insurer_id: str
    county: str
    name: str
    qualification: str
    qualified_until: date
    terms: tuple[Terms, ...] = ()
    checks: tuple[Check, ...] = ()
    version: int = 1


class SetInsurer(msgspec.Struct, frozen=True, kw_only=True):
    """Open a file, or change who it is about; ``version`` is the one that was seen, 0 for a new one."""

    insurer_id: str
    county: str
    name: str
    qualification: str
    qualified_until: date
    version: int


class SetTerms(msgspec.Struct, frozen=True):
    """Say what the contract of a year gives; said again for the year it replaces what was there."""

    terms: Terms


class RecordCheck(msgspec.Struct, frozen=True):
    """Write down what a check found."""

    check: Check
    today: date


InsurerCommand = SetInsurer | SetTerms | RecordCheck


class InsurerSet(msgspec.Struct, frozen=True):
    """A file was opened or changed."""

    insurer: Insurer


class InsurerTermsSet(msgspec.Struct, frozen=True):
    """The terms of a year are known, or others than before."""

    insurer: Insurer


class InsurerChecked(msgspec.Struct, frozen=True):
    """A check was written down."""

    insurer: Insurer


InsurerEvent = InsurerSet | InsurerTermsSet | InsurerChecked
#: As many checks as a file keeps whole; the events have all.
CHECKS_MAX: Final = 200


class PoorYear(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the registered poor had of a year's bills that stand: the compliant cost that the basic insurance
    left, and what the critical-illness insurance gave of it."""

    person_id: str
    base_fen: int
    given_fen: int
    settlement_ids: tuple[str, ...]


def decide(command: InsurerCommand, state: Insurer | None) -> Sequence[InsurerEvent]:
    """What a command brings about.

    Raises Refused INSURER_UNKNOWN, INSURER_CHANGED, DEDUCTIBLE_NOT_LOWERED, DATE_IN_FUTURE.
    """
    if isinstance(command, SetInsurer):
        return (InsurerSet(_set(command, state)),)
    if state is None:
        raise not_found("INSURER_UNKNOWN", "there is no file of this insurer; open it first")
    match command:
        case SetTerms():
            _check_lowered(command.terms)
            others = tuple(one for one in state.terms if one.year != command.terms.year)
            terms = tuple(sorted((*others, command.terms), key=lambda one: one.year))
            return (InsurerTermsSet(msgspec.structs.replace(state, terms=terms, version=state.version + 1)),)
        case RecordCheck():
            check_not_to_come("on", command.check.on, command.today)
            checks = (*state.checks, command.check)[-CHECKS_MAX:]
            return (InsurerChecked(msgspec.structs.replace(state, checks=checks, version=state.version + 1)),)
        case _:
            assert_never(command)


def _set(command: SetInsurer, state: Insurer | None) -> Insurer:
    known = 0 if state is None else state.version
    if command.version != known:
        detail = f"the file of {command.insurer_id} there is in version {known}, not {command.version}; look again"
        raise conflict("INSURER_CHANGED", detail)
    return Insurer(
        insurer_id=command.insurer_id,
        county=command.county,
        name=command.name,
        qualification=command.qualification,
        qualified_until=command.qualified_until,
        terms=() if state is None else state.terms,
        checks=() if state is None else state.checks,
        version=known + 1,
    )


def _check_lowered(terms: Terms) -> None:
    """The deductible of the registered poor must be lower (落实建档立卡贫困人口大病保险报销起付线降低政策)."""
    if terms.deductible_poor_fen >= terms.deductible_fen:
        poor, normal = yuan_from_fen(terms.deductible_poor_fen), yuan_from_fen(terms.deductible_fen)
        detail = f"the registered poor must have a lower deductible than {normal} yuan, and {poor} is not lower"
        raise Refused("DEDUCTIBLE_NOT_LOWERED", f"{detail} (002 三(一))")


def least_fen(terms: Sequence[Terms], base_fen: int) -> int:
    """What a poor person is given at least for a year's base: of several contracts, by the one that gives least.

    The part above the lower deductible at the lowest rate, down to the fen; higher segments only give more.
    """
    given = [
        share_of(max(0, base_fen - one.deductible_poor_fen), Decimal(one.lowest_percent).scaleb(-2), Rounding.DOWN)
        for one in terms
    ]
    return min(given, default=0)


def not_lowered(terms: Sequence[Terms], years: Sequence[PoorYear]) -> list[tuple[PoorYear, int]]:
    """The years in which less was given than the lower deductible gives at least, with what that is."""
    expected = [(year, least_fen(terms, year.base_fen)) for year in years]
    return [(year, least) for year, least in expected if year.given_fen < least]


DECIDER: Final[Decider[InsurerCommand, Insurer | None, InsurerEvent]] = Decider(
    None, decide, lambda _state, event: event.insurer
)
