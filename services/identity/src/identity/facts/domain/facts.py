"""Facts about a person beside memberships: household, disability, low-income test, handbook; each in two times."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.facts.domain.low_income import Means
from identity.persons.domain.categories import GROUPS, Category, Department, Group
from identity.persons.domain.membership import Membership, dates_out_of_order
from identity.persons.domain.statement import Statement
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, forbidden, not_found

#: 重度 are the first two of the four grades of disability.
SEVERE_GRADE_MAX: Final = 2


class HouseholdRole(StrEnum):
    """What a person is in a household."""

    HEAD = "HEAD"  # 户主
    MEMBER = "MEMBER"


class Household(msgspec.Struct, frozen=True, tag="household", tag_field="kind"):
    """The person belongs to a household (户)."""

    household_id: str
    role: HouseholdRole


class Disability(msgspec.Struct, frozen=True, tag="disability", tag_field="kind"):
    """The person's disability has a grade from 1, the severest, to 4 (残疾等级)."""

    grade: int


class LowIncomeTest(Means, frozen=True, kw_only=True, tag="low_income_test", tag_field="kind"):
    """What a family's low-income test rests on, per head, and what came of it by which clause."""

    income_multiple: str
    group: Group | None
    passed: bool
    clause: str


class Handbook(msgspec.Struct, frozen=True, tag="handbook", tag_field="kind"):
    """The person is named in a poverty handbook (扶贫手册); ``token`` stands for its number.

    A household shares one handbook, so several people may have the same token.
    """

    token: str


Detail: TypeAlias = Household | Disability | LowIncomeTest | Handbook

#: Who may tell a kind of fact. Two departments that both do stand side by side.
TELLERS: Final[Mapping[type[Detail], frozenset[Department]]] = MappingProxyType(
    {
        Household: frozenset({Department.CIVIL_AFFAIRS, Department.POVERTY_ALLEVIATION}),
        Disability: frozenset({Department.DISABLED_PERSONS}),
        LowIncomeTest: frozenset({Department.CIVIL_AFFAIRS}),
        Handbook: frozenset({Department.POVERTY_ALLEVIATION}),
    }
)


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What a department tells. ``valid_to`` is the last day on which it holds; None while it goes on."""

    fact_id: str
    department: Department
    detail: Detail
    valid_from: date
    evidence: str
    valid_to: date | None = None

    def overlaps(self, other: "Fact") -> bool:
        """Whether both hold on at least one day."""
        return self.valid_from <= (other.valid_to or date.max) and other.valid_from <= (self.valid_to or date.max)


class Facts(msgspec.Struct, frozen=True):
    """All facts told about a person."""

    person_id: str
    revision: int
    facts: tuple[Fact, ...] = ()


class FactCorrectionReason(StrEnum):
    """Why a fact is written anew or taken back."""

    ENTERED_WRONGLY = "ENTERED_WRONGLY"
    CHANGED = "CHANGED"


def check_low_income_group(group: Group | None) -> None:
    """Refuse a group that no low-income family has: GROUP_MISPLACED. A family may have none of them, and fails."""
    if group is not None and group not in GROUPS[Category.LOW_INCOME]:
        raise Refused("GROUP_MISPLACED", f"{group} is none of the four groups of a low-income family")


def check_low_income(said: Membership | Statement, told: Facts | None) -> None:
    """Refuse LOW_INCOME from a day on which a recorded fact says otherwise (004 三(一)4).

    LOW_INCOME_TEST_FAILED where the family's test was failed, GROUP_DISABILITY_DISAGREES where the federation knows a
    slighter disability than a severe one. Without such a fact the department's confirmation stands for itself.
    """
    if said.category is not Category.LOW_INCOME or told is None:
        return
    for fact in told.facts:
        if said.valid_from < fact.valid_from or (fact.valid_to is not None and said.valid_from > fact.valid_to):
            continue
        if isinstance(fact.detail, LowIncomeTest) and not fact.detail.passed:
            detail = f"the test from {fact.valid_from} was failed by {fact.detail.clause}: tell a newer one first"
            raise conflict("LOW_INCOME_TEST_FAILED", detail, fact_id=fact.fact_id)
        severe = not isinstance(fact.detail, Disability) or fact.detail.grade <= SEVERE_GRADE_MAX
        if said.group is Group.SEVERE_DISABLED and not severe:
            detail = f"the disability from {fact.valid_from} is of a grade above {SEVERE_GRADE_MAX}, so not severe"
            raise conflict("GROUP_DISABILITY_DISAGREES", detail, fact_id=fact.fact_id)


# Commands


class TellFact(msgspec.Struct, frozen=True):
    """A department tells a fact; its own open fact of the same kind ends the day before."""

    person_id: str
    fact: Fact
    born_on: date | None


class CorrectFact(msgspec.Struct, frozen=True):
    """A fact should read like this; its kind and department never change."""

    fact: Fact
    reason: FactCorrectionReason
    born_on: date | None


class WithdrawFact(msgspec.Struct, frozen=True):
    """A fact was told by error."""

    fact_id: str
    department: Department
    reason: FactCorrectionReason


Command: TypeAlias = TellFact | CorrectFact | WithdrawFact


# Events


class FactTold(msgspec.Struct, frozen=True):
    """``cut`` is the fact that ended because of this one."""

    person_id: str
    revision: int
    fact: Fact
    cut: Fact | None


class FactCorrected(msgspec.Struct, frozen=True):
    person_id: str
    revision: int
    fact: Fact
    reason: FactCorrectionReason


class FactWithdrawn(msgspec.Struct, frozen=True):
    person_id: str
    revision: int
    fact: Fact
    reason: FactCorrectionReason


Event: TypeAlias = FactTold | FactCorrected | FactWithdrawn
State: TypeAlias = Facts | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused FACT_…, DATES_OUT_OF_ORDER, BEFORE_BIRTH."""
    match command:
        case TellFact(person_id=person_id):
            return _tell(command, state or Facts(person_id, 0))
        case CorrectFact():
            return _correct(command, state)
        case WithdrawFact():
            facts, told = _own(state, command.fact_id, command.department)
            return [FactWithdrawn(facts.person_id, facts.revision + 1, told, command.reason)]
        case _:
            assert_never(command)


def evolve(state: State, event: Event) -> State:
    """The facts after an event."""
    known = {} if state is None else {fact.fact_id: fact for fact in state.facts}
    match event:
        case FactTold(fact=fact, cut=cut):
            known[fact.fact_id] = fact
            if cut is not None:
                known[cut.fact_id] = cut
        case FactCorrected(fact=fact):
            known[fact.fact_id] = fact
        case FactWithdrawn(fact=fact):
            known.pop(fact.fact_id, None)
        case _:
            assert_never(event)
    return Facts(event.person_id, event.revision, tuple(known.values()))


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _tell(command: TellFact, state: Facts) -> Sequence[Event]:
    fact = command.fact
    _check(fact, command.born_on)
    mine = [told for told in state.facts if _same_feed(told, fact)]
    going_on = next((told for told in mine if told.valid_to is None and told.valid_from < fact.valid_from), None)
    cut = going_on and msgspec.structs.replace(going_on, valid_to=fact.valid_from - timedelta(days=1))
    _check_no_overlap(fact, [told for told in mine if told is not going_on])
    return [FactTold(state.person_id, state.revision + 1, fact, cut)]


def _correct(command: CorrectFact, state: State) -> Sequence[Event]:
    fact = command.fact
    facts, told = _own(state, fact.fact_id, fact.department)
    if type(told.detail) is not type(fact.detail):
        raise Refused("FACT_KIND_DISAGREES", "a correction keeps the kind of fact: withdraw this one, tell another")
    _check(fact, command.born_on)
    _check_no_overlap(fact, [other for other in facts.facts if _same_feed(other, fact) and other != told])
    if fact == told:
        return []
    return [FactCorrected(facts.person_id, facts.revision + 1, fact, command.reason)]


def _own(state: State, fact_id: str, department: Department) -> tuple[Facts, Fact]:
    told = None if state is None else next((fact for fact in state.facts if fact.fact_id == fact_id), None)
    if state is None or told is None or told.department is not department:
        raise not_found("FACT_UNKNOWN", f"{department} told no fact {fact_id} of this person")
    return state, told


def _same_feed(one: Fact, other: Fact) -> bool:
    return one.department is other.department and type(one.detail) is type(other.detail)


def _check(fact: Fact, born_on: date | None) -> None:
    if fact.department not in TELLERS[type(fact.detail)]:
        tellers = ", ".join(sorted(TELLERS[type(fact.detail)]))
        raise forbidden("FACT_NOT_OWNED", f"this kind of fact is told by {tellers}")
    if fact.valid_to is not None and fact.valid_to < fact.valid_from:
        raise dates_out_of_order("valid_to", fact.valid_to, "valid_from", fact.valid_from)
    if born_on is not None and fact.valid_from < born_on:
        raise Refused("BEFORE_BIRTH", f"valid_from {fact.valid_from} is before the person was born")


def _check_no_overlap(fact: Fact, others: Sequence[Fact]) -> None:
    for other in others:
        if fact.overlaps(other):
            told = f"the department told another fact of this kind from {other.valid_from}"
            raise conflict("FACT_OVERLAPS", f"{told}: correct or withdraw that one", fact_id=other.fact_id)
