"""Benefit years: taken over from the system before, and joined where two records of one person were merged.

A year's limits count for the person, whatever records there were (AMB-X3).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found
from settlement.encounters.domain.benefit_year import BenefitYear

T = TypeVar("T")


class BenefitYearOpened(msgspec.Struct, frozen=True):
    """Standings taken over from the system before this one, with where they come from."""

    person_id: str
    area: str
    year: int
    balances_fen: dict[str, int]
    source: str


class BenefitYearReopened(msgspec.Struct, frozen=True, kw_only=True):
    """Standings that were taken over are put right, or taken back (no ``balances_fen``), before anything rests on them.

    ``formerly_fen`` is what stood before; ``version`` counts the year's moves with this one.
    """

    person_id: str
    area: str
    year: int
    formerly_fen: dict[str, int]
    balances_fen: dict[str, int]
    source: str
    version: int


#: What only takes standings over: nothing rests on a year that nothing else has moved.
Opening: TypeAlias = BenefitYearOpened | BenefitYearReopened


class BenefitYearsJoined(msgspec.Struct, frozen=True, kw_only=True):
    """The year of a record that was merged away went into the surviving record's; all amounts in fen by accumulator.

    ``own_fen`` and ``other_fen`` are the two standings before, each with its version, ``balances_fen`` their sum. No
    settlement from before can be revoked any more: what is wrong with it is found by review (AMB-X8).
    """

    person_id: str
    area: str
    year: int
    other_id: str
    own_fen: dict[str, int]
    own_version: int
    other_fen: dict[str, int]
    other_version: int
    balances_fen: dict[str, int]


class Join(msgspec.Struct, frozen=True):
    """Take another record's year into the surviving record's."""

    own: BenefitYear
    other: BenefitYear


def stream_of(year: BenefitYear) -> str:
    """The stream of a benefit year."""
    return f"benefit-year/{year.area}/{year.person_id}/{year.year}"


def open_with(
    current: BenefitYear, past: Sequence[Opening | BenefitYearsJoined], balances_fen: dict[str, int], source: str
) -> Opening | None:
    """Take over opening standings, once: said again they change nothing, also later in the year, and None is found.

    Refused once the year has begun here, because settlements rest on it, and where it was opened with others, which
    have to be taken back first.
    """
    last = next((event for event in reversed(past) if not isinstance(event, BenefitYearsJoined)), None)
    if last is not None and _same(last, balances_fen, source):
        return None
    opened = _only_opened(current, past)
    if current.version > 0 and (opened is None or opened.balances_fen):
        raise _begun(current, opened)
    for name, amount in balances_fen.items():
        if amount < 0:
            raise Refused(
                "NEGATIVE_AMOUNT", f"the accumulator {name} cannot be opened with {yuan_from_fen(amount)} yuan"
            )
    if opened is None:
        return BenefitYearOpened(current.person_id, current.area, current.year, balances_fen, source)
    return _reopened(current, balances_fen, source)


def take_back(
    current: BenefitYear, past: Sequence[Opening | BenefitYearsJoined], source: str
) -> BenefitYearReopened | None:
    """Take opening standings back before anything rests on them; ``source`` says why. None where that was done before.

    Raises Refused BENEFIT_YEAR_UNKNOWN, BENEFIT_YEAR_BEGUN.
    """
    if current.version == 0:
        raise not_found("BENEFIT_YEAR_UNKNOWN", f"the year {current.year} of person {current.person_id} was not opened")
    opened = _only_opened(current, past)
    if opened is None:
        raise _begun(current, None)
    return _reopened(current, {}, source) if opened.balances_fen else None


def _only_opened(current: BenefitYear, past: Sequence[Opening | BenefitYearsJoined]) -> Opening | None:
    """The standings taken over, where nothing else has moved the year."""
    last = past[-1] if past else None
    if isinstance(last, BenefitYearsJoined) or current.version != len(past):
        return None
    return last


def _same(opened: Opening, balances_fen: Mapping[str, int], source: str) -> bool:
    return opened.source == source and _moving(opened.balances_fen) == _moving(balances_fen)


def _moving(balances_fen: Mapping[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in balances_fen.items() if amount}


def _reopened(current: BenefitYear, balances_fen: dict[str, int], source: str) -> BenefitYearReopened:
    return BenefitYearReopened(
        person_id=current.person_id,
        area=current.area,
        year=current.year,
        formerly_fen=current.balances_fen,
        balances_fen=balances_fen,
        source=source,
        version=current.version + 1,
    )


def _begun(current: BenefitYear, opened: Opening | None) -> Refused:
    about = f"the year {current.year} of person {current.person_id}"
    detail = (
        f"{about} has moved {current.version} times here; opening standings can only come first"
        if opened is None
        else f"{about} was opened with other standings or from another source; take those back first"
    )
    return conflict("BENEFIT_YEAR_BEGUN", detail, person=current.person_id, year=str(current.year))


def join(own: BenefitYear, other: BenefitYear) -> BenefitYearsJoined:
    """Take the other record's year into the surviving record's."""
    assert (own.area, own.year) == (other.area, other.year), "only the same year of one pooling area is joined"
    return BenefitYearsJoined(
        person_id=own.person_id,
        area=own.area,
        year=own.year,
        other_id=other.person_id,
        own_fen=own.balances_fen,
        own_version=own.version,
        other_fen=other.balances_fen,
        other_version=other.version,
        balances_fen=added(own.balances_fen, other.balances_fen),
    )


def _decide(command: Join, _past: object) -> Sequence[BenefitYearsJoined]:
    return (join(command.own, command.other),)


#: The standing of a year lies in its row, which settlements move as well; its own stream only adds to the story.
JOINING: Decider[Join, object, BenefitYearsJoined] = Decider(None, _decide, lambda _past, event: event)


def added(*balances: Mapping[str, int]) -> dict[str, int]:
    """Accumulators added up by name, in fen."""
    total: dict[str, int] = {}
    for each in balances:
        for name, amount in each.items():
            total[name] = total.get(name, 0) + amount
    return total


class FirstBill(msgspec.Struct, frozen=True):
    """The first bill that a record's year counted: the year's version after it, and the accumulators before it."""

    version: int
    before_fen: dict[str, int]


def opening_of(
    person_id: str, joins: Sequence[BenefitYearsJoined], first_bills: Mapping[str, FirstBill]
) -> dict[str, int]:
    """The accumulators with which a person's year began: its own and those of every record that went into it.

    ``joins`` are all of that year, ``first_bills`` by record. A year that moved first by a join began with what it
    held then; otherwise it began with what its first bill found.
    """
    own_joins = sorted((j for j in joins if j.person_id == person_id), key=lambda j: j.own_version)
    first, bill = next(iter(own_joins), None), first_bills.get(person_id)
    if bill is not None and (first is None or bill.version <= first.own_version):
        own: Mapping[str, int] = bill.before_fen
    elif first is not None:
        own = first.own_fen
    else:
        own = next((j.other_fen for j in joins if j.other_id == person_id), {})
    return added(own, *(opening_of(j.other_id, joins, first_bills) for j in own_joins))


def records_of(person_id: str, joins: Iterable[BenefitYearsJoined]) -> frozenset[str]:
    """The person and every record whose year went into the person's."""
    joins = tuple(joins)
    found = {person_id}
    while more := {j.other_id for j in joins if j.person_id in found} - found:
        found |= more
    return frozenset(found)


def in_order(sequences: Iterable[Sequence[tuple[datetime, T]]]) -> tuple[T, ...]:
    """Bills of several records in one order of settlement; within a record they stay in the order given.

    Each comes with the moment at which it was settled. Clocks of two hospitals may differ, so a bill that stands after
    another in its own record counts as settled no earlier than that one.
    """
    timed: list[tuple[datetime, int, int, T]] = []
    for which, sequence in enumerate(sequences):
        latest: datetime | None = None
        for place, (moment, bill) in enumerate(sequence):
            latest = moment if latest is None or moment > latest else latest
            timed.append((latest, which, place, bill))
    return tuple(bill for *_, bill in sorted(timed, key=lambda each: each[:3]))
