"""The monthly comparison of the registered poor with the insured, in figures by county and township (003 一(一))."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias, assert_never

import msgspec

from identity.comparison.domain.coverage import Coverage, coverage
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found
from law.packs import Policy
from law.packs.rules import DayOfMonth

#: The pack's clock of this comparison.
_CLOCK: Final = "enrolment_comparison"


class Finding(StrEnum):
    """What the two lists say of one person together.

    Insured is who is on the payment list from outside, or where none was sent, who is enrolled here.
    """

    MATCHED = "MATCHED"  # registered poor and insured in their own pooling area
    ELSEWHERE = "ELSEWHERE"  # insured in another area: covered, and to be looked at
    NAME_MISMATCH = "NAME_MISMATCH"  # somebody of another name is insured under the number: not covered until cleared
    NOT_ENROLLED = "NOT_ENROLLED"  # not insured
    EXEMPT = "EXEMPT"  # need not be enrolled
    CONTRADICTED = "CONTRADICTED"  # exempt, and insured at once
    NOT_REGISTERED = "NOT_REGISTERED"  # insured with the mark of the poor, and unknown or on no department's list


class Difference(StrEnum):
    """How a payment list and the enrolments here differ about one person.

    Beside the finding, not instead of it: whoever paid is covered, whatever is written here, and coverage must not
    change with our own omissions. But a county office acts on each difference: hospitals settle on the enrolment that
    is recorded here, so who paid and is not enrolled pays a deposit; who is enrolled and did not pay waits for money.
    """

    PAID_NOT_ENROLLED = "PAID_NOT_ENROLLED"
    ENROLLED_NOT_PAID = "ENROLLED_NOT_PAID"
    AREAS_DIFFER = "AREAS_DIFFER"  # paid in one pooling area, enrolled in another


class AreaFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of one township, or of the people of a county whose township is not known (the county's code).

    ``exceptions`` counts by code; those who are insured all the same are in it, and in ``contradicted`` again. Whoever
    is a ``name_mismatch`` is registered and not covered. ``name_variants`` and ``differences`` count people who are in
    other figures: whose name the payment list writes in another way, and how it and the enrolments here differ.
    ``strangers`` are those of ``not_registered`` whose numbers nobody here has.
    """

    county: str
    township: str
    matched: int = 0
    elsewhere: int = 0
    not_enrolled: int = 0
    contradicted: int = 0
    not_registered: int = 0
    exceptions: dict[str, int] = {}
    name_mismatch: int = 0
    name_variants: int = 0
    differences: dict[str, int] = {}
    strangers: int = 0

    @property
    def registered(self) -> int:
        """Everybody on the list of the registered poor."""
        insured = self.matched + self.elsewhere
        return insured + self.name_mismatch + self.not_enrolled + sum(self.exceptions.values())

    @property
    def coverage(self) -> Coverage:
        """enrolled / (registered - exceptions)."""
        return coverage(self.registered, self.matched + self.elsewhere, self.exceptions)

    def plus(self, other: "AreaFigures") -> "AreaFigures":
        """Both together, under this area's codes."""
        counted = self.__struct_fields__[2:]
        sums = {name: _together(getattr(self, name), getattr(other, name)) for name in counted}
        return AreaFigures(county=self.county, township=self.township, **sums)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of a township the lists say the same of; ``code`` is the reason of an exemption.

    ``variant`` is whether the payment list writes their names in another way, ``stranger`` whether nobody here has
    their numbers.
    """

    county: str
    township: str
    finding: Finding
    code: str | None
    persons: int
    variant: bool = False
    difference: Difference | None = None
    stranger: bool = False


def figures_of(counts: Iterable[Counted]) -> tuple[AreaFigures, ...]:
    """The counts of a comparison as figures of each township, in the order of codes."""
    areas: dict[tuple[str, str], AreaFigures] = {}
    for counted in counts:
        key = counted.county, counted.township
        areas[key] = areas.get(key, AreaFigures(county=key[0], township=key[1])).plus(_one(counted))
    return tuple(areas[key] for key in sorted(areas))


def _one(counted: Counted) -> AreaFigures:
    facts: Mapping[str, int] = {counted.finding.lower(): counted.persons}
    if counted.finding is Finding.EXEMPT:
        facts = {}
    return AreaFigures(
        county=counted.county,
        township=counted.township,
        **facts,
        exceptions={counted.code: counted.persons} if counted.code is not None else {},
        name_variants=counted.persons if counted.variant else 0,
        differences={counted.difference.value: counted.persons} if counted.difference is not None else {},
        strangers=counted.persons if counted.stranger else 0,
    )


def _together(one: Any, other: Any) -> Any:
    """Two counts of one field added up: a number, or numbers by code."""
    if isinstance(one, int):
        return one + other
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted(one.keys() | other.keys())}


def due_on(policy: Policy, month: str) -> date | None:
    """The last day on which the result of a month is pushed in time; None where the document names none."""
    clocks = (clock for clock in policy.file.clocks if clock.name == _CLOCK)
    clock = next(clocks, None)
    return date.fromisoformat(f"{month}-{clock.day:02}") if isinstance(clock, DayOfMonth) else None


class MakeComparison(msgspec.Struct, frozen=True):
    """Keep what comparing came to today; nothing where it is kept already."""

    comparison: "ComparisonMade"


class PushComparison(msgspec.Struct, frozen=True):
    """The result goes to the areas below."""

    pushed_by: str
    today: date
    #: Whether the other services are told (decision 0071).
    tells: bool = True


Command: TypeAlias = MakeComparison | PushComparison


class ComparisonMade(msgspec.Struct, frozen=True, kw_only=True):
    """The lists were compared as they stood on a day; with a payment list, or the enrolments here where it is None.

    ``area`` is a division code, of a province, city or county.
    """

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
    made_by: str
    figures: tuple[AreaFigures, ...]
    payment_list_id: str | None = None

    @property
    def total(self) -> AreaFigures:
        """The whole area."""
        return sum_of(self.area, self.figures)


class ComparisonPushed(msgspec.Struct, frozen=True, kw_only=True):
    """The result was pushed; ``late`` where the month's day was over (R-GX-02).

    ``area`` and ``month`` are those of the comparison; None in what was stored before it was told (decision 0071).
    """

    comparison_id: str
    pushed_on: date
    late: bool
    pushed_by: str
    area: str | None = None
    month: str | None = None


Event: TypeAlias = ComparisonMade | ComparisonPushed


class Made(msgspec.Struct, frozen=True):
    """A comparison, and when it was pushed."""

    made: ComparisonMade
    pushed: ComparisonPushed | None = None


State: TypeAlias = Made | None


def sum_of(area: str, figures: Iterable[AreaFigures]) -> AreaFigures:
    """Figures added up under one code."""
    total = AreaFigures(county=area, township=area)
    for one in figures:
        total = total.plus(one)
    return total


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    match command:
        case MakeComparison(comparison=made):
            return [_made(made)] if state is None else []
        case PushComparison():
            return [_pushed(command, state)]
        case _:
            assert_never(command)


def evolve(state: State, event: Event) -> State:
    """The comparison after an event."""
    if isinstance(event, ComparisonMade):
        return Made(event)
    assert state is not None, "a comparison is made before it is pushed"
    return Made(state.made, event)


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _made(made: ComparisonMade) -> ComparisonMade:
    if made.month > made.compared_on.strftime("%Y-%m"):
        raise Refused("DATE_IN_FUTURE", f"{made.month} has not begun yet; today is {made.compared_on}")
    return made


def _pushed(command: PushComparison, state: State) -> ComparisonPushed:
    if state is None:
        raise comparison_unknown()
    if state.pushed is not None:
        raise conflict(
            "COMPARISON_PUSHED",
            f"this comparison was pushed on {state.pushed.pushed_on}; compare again for another one",
        )
    due = state.made.due_on
    late = due is not None and command.today > due
    made = state.made
    return ComparisonPushed(
        comparison_id=made.comparison_id,
        pushed_on=command.today,
        late=late,
        pushed_by=command.pushed_by,
        area=made.area if command.tells else None,
        month=made.month if command.tells else None,
    )


def comparison_unknown() -> Refused:
    """The refusal of a comparison that nobody made."""
    return not_found("COMPARISON_UNKNOWN", "there is no such comparison")
