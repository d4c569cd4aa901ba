"""Joining benefit years: two records of one person were merged, and a year's limits count for the person (AMB-X3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from settlement.years.domain.benefit_year import BenefitYear

T = TypeVar("T")


class BenefitYearsJoined(msgspec.Struct, frozen=True):
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


def join(own: BenefitYear, other: BenefitYear) -> BenefitYearsJoined:
    """Take the other record's year into the surviving record's."""
    assert (own.area, own.year) == (other.area, other.year), "only the same year of one pooling area is joined"
    return BenefitYearsJoined(
        own.person_id,
        own.area,
        own.year,
        other.person_id,
        own.balances_fen,
        own.version,
        other.balances_fen,
        other.version,
        added(own.balances_fen, other.balances_fen),
    )


def added(*balances: Mapping[str, int]) -> dict[str, int]:
    """Accumulators added up by name, in fen."""
    names = dict.fromkeys(name for each in balances for name in each)
    return {name: sum(each.get(name, 0) for each in balances) for name in names}


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
