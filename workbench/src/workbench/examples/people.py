"""Made-up people of the examples: an ordinary member of a category who is insured."""

from datetime import date

from law import Membership
from law.packs.model import PackFile
from law.standing import Enrolment


def member(category: str, file: PackFile, day: date, *, removed_from: date | None = None) -> Membership:
    """A membership that has held for years, in the first group of the category where it has groups."""
    code = category.upper()
    groups = next((known.groups for known in file.population.categories if known.code == code), ())
    return Membership(
        category=code, valid_from=date(day.year - 10, 1, 1), valid_to=removed_from, group=groups[0] if groups else None
    )


def insured(day: date, registered: date | None = None, marked: date | None = None) -> Enrolment:
    """Enrolled with the residents for the year; from New Year on where no other day is told."""
    first = date(day.year, 1, 1)
    return Enrolment("RESIDENT", day.year, registered or first, marked or first)
