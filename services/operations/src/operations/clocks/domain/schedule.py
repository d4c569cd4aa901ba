"""What is due at a place: the clocks of its documents, laid over the calendar (DOMAIN B12).

Clocks that run for one case are kept where the case is: Leye's payout within five working days with settlement's cases,
hospitals' claims with their statements (``claims``), follow-up visits with the patient.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from kernel.values.refusals import Refused
from law.clocks.deadlines import last_day
from law.clocks.working_days import WorkingCalendar
from law.packs import PackLibrary
from law.packs.policy import Policy
from law.packs.rules import Clock, DayOfMonth, DayOfYear, Duty, EveryMonth, EveryQuarter, Milestone
from operations.periods.domain import Period, month_of, months_between, period

#: Days before its last one from which on a clock is about to break: a week has every weekend in it.
ABOUT_DAYS: Final = 7
#: No list of what is due is longer than this many days.
SPAN_DAYS_MAX: Final = 400
State = Literal["RUNNING", "ABOUT", "LATE", "DONE", "DONE_LATE"]

#: Reports that every department with a duty hands in by itself (002 四(三) 各部门), and which periods they are for.
_OF_EACH_UNIT: Final = {"monthly_report"}
#: What tells of a day in the month can be done in the month itself (003 一(二) 月通报).
_OF_A_DAY: Final = frozenset({"coverage_notice"})
#: The milestone that says from when on a clock runs.
_FIRST: Final[Mapping[str, str]] = {"monthly_report": "first_report"}
#: What a duty is called in the packs that answers for a clock.
_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "prepayment": ("account", "prepayment", "money"),
    "allotment_and_settlement": ("account",),
    "dispatch_notice": ("dispatch",),
    "joint_meeting": ("joint_meeting",),
    "quota": ("money",),
    "plan": ("money",),
    "clearing": ("money",),
    "hospital_clearing": ("module",),
    "identity_change": ("shared_platform",),
}


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is due once: by whom, for which period, and by which law.

    ``named_day`` is False where the document names no day: then the last day of the next month (or of the quarter, or
    of January) is our reading. ``from_on`` is the first day on which it can be done.
    """

    county: str
    clock: str
    period: str
    unit: str
    from_on: date
    due_on: date
    named_day: bool
    owner: str | None
    document: str
    clause: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Its name."""
        return self.county, self.clock, self.period, self.unit


def due_between(library: PackLibrary, county: str, first: date, last: date, calendar: WorkingCalendar) -> list[Due]:
    """Everything of a county that is due from one day to another, in the order of the days.

    Raises Refused SPAN_TOO_LONG, DATES_OUT_OF_ORDER.
    """
    if last < first:
        raise Refused("DATES_OUT_OF_ORDER", f"{last} comes before {first}")
    if (last - first).days > SPAN_DAYS_MAX:
        raise Refused("SPAN_TOO_LONG", f"from {first} to {last} are more than {SPAN_DAYS_MAX} days; ask in parts")
    found = {
        due.key: due
        for policy in _policies(library, county, first, last)
        for clock in policy.file.clocks
        for due in _instances(clock, policy, county, (first, last), calendar)
        if first <= due.due_on <= last and (isinstance(clock, Milestone) or due.due_on >= _begins(clock.name, policy))
    }
    return sorted(found.values(), key=lambda due: (due.due_on, *due.key))


def state_of(due: Due, done_on: date | None, today: date) -> State:
    """How a clock stands; one that is due today is in time today (AMB-H3)."""
    if done_on is not None:
        return "DONE" if done_on <= due.due_on else "DONE_LATE"
    if today > due.due_on:
        return "LATE"
    return "ABOUT" if due.due_on - today < timedelta(days=ABOUT_DAYS) else "RUNNING"


def _policies(library: PackLibrary, county: str, first: date, last: date) -> list[Policy]:
    """The policies of which something may be due in the time; a milestone may come before its document is in force."""
    days = [first - timedelta(days=62), first, last, last + timedelta(days=62)]
    return list({policy.policy_id: policy for day in days for policy in library.candidates(county, day)}.values())


def _begins(clock: str, policy: Policy) -> date:
    """The first day on which something may be due: of the first report (002 四(三) 从6月份开始), or the law's own."""
    name = _FIRST.get(clock)
    firsts = (one.on for one in policy.file.clocks if isinstance(one, Milestone) and one.name == name)
    return next(firsts, policy.file.in_force_from)


def _instances(
    clock: Clock, policy: Policy, county: str, span: tuple[date, date], calendar: WorkingCalendar
) -> Iterator[Due]:
    for of, from_on, due_on, named in _days(clock, span, calendar):
        for unit in _units(clock.name, policy.file.duties):
            yield Due(
                county=county,
                clock=clock.name,
                period=of,
                unit=unit,
                from_on=from_on,
                due_on=due_on,
                named_day=named,
                owner=unit or _owner(clock.name, policy.file.duties),
                document=policy.file.document.cited_as,
                clause=clock.clause,
            )


def _days(clock: Clock, span: tuple[date, date], calendar: WorkingCalendar) -> Iterator[tuple[str, date, date, bool]]:
    """(period, first day on which it can be done, last day, whether the document names it) of a clock."""
    first, last = span
    months = list(months_between(first - timedelta(days=62), last + timedelta(days=31)))
    match clock:
        case DayOfMonth():
            for of in _of_months(clock, months):
                due = last_day(clock, of.last.year, of.last.month, calendar)
                yield of.name, of.last + timedelta(days=1) if clock.month == "after" else date.min, due, True
        case EveryMonth():
            for of in months:
                after = of.last + timedelta(days=1)
                yield of.name, of.first if clock.name in _OF_A_DAY else after, month_of(after).last, False
        case EveryQuarter():
            for quarter in (period(f"{of.last.year}-Q{of.last.month // 3}") for of in months if of.last.month % 3 == 0):
                yield quarter.name, quarter.first, quarter.last, False
        case DayOfYear():
            yield from _of_years(clock, first, last)
        case Milestone():
            yield clock.on.isoformat(), date.min, clock.on, True
        case _:
            return


def _of_years(clock: DayOfYear, first: date, last: date) -> Iterator[tuple[str, date, date, bool]]:
    """By a day of each year, or by the end of the month where the document names none."""
    for year in range(first.year, last.year + 1):
        day = clock.day or monthrange(year, clock.month)[1]
        yield str(year), date.min, date(year, clock.month, day), clock.day is not None


def _of_months(clock: DayOfMonth, months: Sequence[Period]) -> Iterator[Period]:
    """The months that a clock is for; reports of all departments are for quarters, halves and years besides."""
    for month in months:
        yield month
        if clock.name in _OF_EACH_UNIT:
            year, number = month.last.year, month.last.month
            longer = {3: f"-Q{number // 3}", 6: f"-H{number // 6}", 12: ""}
            yield from (period(f"{year}{name}") for length, name in longer.items() if number % length == 0)


def _units(clock: str, duties: Sequence[Duty]) -> tuple[str, ...]:
    return tuple(duty.owner for duty in duties) if clock in _OF_EACH_UNIT and duties else ("",)


def _owner(clock: str, duties: Sequence[Duty]) -> str | None:
    return next((duty.owner for word in _ANSWERS.get(clock, ()) for duty in duties if word in duty.of), None)
