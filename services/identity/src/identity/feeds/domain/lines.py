"""Lines of a batch: what waits to be applied, what became of it, and which lists forbid that."""

from datetime import date

import msgspec
from typing_extensions import override

from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.statement import Statement
from kernel.values.divisions import prefix_of


class Line(msgspec.Struct, frozen=True):
    """A line that waits: a row of the file, or a membership that a full list no longer names."""

    line: int
    row: int | None
    person_id: str | None
    membership_id: str | None


class Receipt(msgspec.Struct, frozen=True):
    """What became of a line."""

    line: int
    outcome: str
    person_id: str | None = None
    code: str | None = None
    detail: str | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A membership as a list changes it."""

    category: Category
    valid_from: date
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a line is about, and how the department's memberships of them stand before and after it; in memory only."""

    name: str
    id_number: str
    county: str | None
    county_before: str | None
    before: tuple[Held, ...]
    after: tuple[Held, ...]

    @override
    def __repr__(self) -> str:
        return "Seen(…)"


def held_by(department: Department, person: Entitlement | None) -> tuple[Held, ...]:
    """A department's memberships of a person, the oldest first."""
    own = [] if person is None else [m for m in person.memberships if m.department is department]
    return tuple(
        Held(**{name: getattr(m, name) for name in Held.__struct_fields__})
        for m in sorted(own, key=lambda m: (m.category, m.valid_from))
    )


class Barrier(msgspec.Struct, frozen=True):
    """A full list that was applied: older statements about its category, area and groups say nothing any more.

    Without ``groups`` it spoke of everybody of its category.
    """

    category: Category
    prefix: str
    stated: str
    groups: frozenset[Group] | None = None
    #: The day that the list speaks for, the last one of whom it names no more.
    day: date | None = None

    def speaks_of(self, category: Category, group: Group | None, county: str) -> bool:
        """Whether the list names all such people of a county."""
        inside = county.startswith(self.prefix) and (self.groups is None or group in self.groups)
        return inside and category is self.category

    def stops(self, statement: Statement, county: str) -> bool:
        """Whether the list is newer than the statement and speaks of such people."""
        return self.speaks_of(statement.category, statement.group, county) and statement.stated < self.stated

    def overlaps(self, other: "Barrier") -> bool:
        """Whether both speak of the same category, of groups and in an area that they share."""
        shared = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        apart = self.groups is not None and other.groups is not None and self.groups.isdisjoint(other.groups)
        return shared and self.category is other.category and not apart


def prefix_of_area(area: str | None) -> str:
    """What the codes of an area begin with: 4452 of 445200, 44 of 440000; nothing where no area is named."""
    return "" if area is None else prefix_of(area)
