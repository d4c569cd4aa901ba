"""Lines of a batch: what waits to be applied, what became of it, and which lists forbid that."""

import msgspec

from identity.persons.domain.categories import Category
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


class Barrier(msgspec.Struct, frozen=True):
    """A full list that was applied: older statements about its category and area say nothing any more."""

    category: Category
    prefix: str
    stated: str

    def stops(self, statement: Statement, county: str) -> bool:
        """Whether the list is newer than the statement and speaks of such people."""
        inside = county.startswith(self.prefix)
        return inside and statement.category is self.category and statement.stated < self.stated

    def overlaps(self, other: "Barrier") -> bool:
        """Whether both speak of the same category in an area that they share."""
        shared = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        return shared and self.category is other.category


def prefix_of_area(area: str | None) -> str:
    """What the codes of an area begin with: 4452 of 445200, 44 of 440000; nothing where no area is named."""
    return "" if area is None else prefix_of(area)
