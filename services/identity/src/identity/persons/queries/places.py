"""What the documents in force say of who says who is supported, by place and day."""

from datetime import date

from identity.persons.domain.approval import Demand
from identity.persons.domain.categories import Category, Department, Group
from identity.persons.domain.owners import OwnerRule, Owners
from kernel.values.divisions import prefix_of
from law.packs import Pack, PackLibrary


class Places:
    """Rules of all places of an installation; what a county's settings say stands in its packs already.

    Raises ValueError for a category or group that there is not.
    """

    def __init__(self, library: PackLibrary) -> None:
        # A province before its cities before their counties, so that of several that fit the nearest one is the last.
        packs = sorted(library.packs, key=lambda pack: len(prefix_of(pack.file.division)))
        self._packs = packs
        self._rules = tuple((pack, rule) for pack in packs for rule in _rules(pack))

    @property
    def three_steps(self) -> tuple[Demand, ...]:
        """Where documents ask that what is entered be reviewed and approved."""
        return self._demands("three_steps_clause")

    @property
    def agency_enters(self) -> tuple[Demand, ...]:
        """Where medical security enters what departments tell it."""
        return self._demands("agency_enters_clause")

    def _demands(self, name: str) -> tuple[Demand, ...]:
        return tuple(
            Demand(
                division=pack.file.division,
                clause=f"{pack.file.document.cited_as} {clause}",
                begins=pack.file.in_force_from,
                ends=pack.file.in_force_to,
            )
            for pack in self._packs
            if (clause := getattr(pack.file.identification, name, None)) is not None
        )

    def owners(self, on: date) -> Owners:
        """Whose list says who belongs to a category on a day."""
        return Owners(tuple(rule for pack, rule in self._rules if pack.in_force(on)))


def _rules(pack: Pack) -> list[OwnerRule]:
    said_by = pack.file.identification.said_by if pack.file.identification else ()
    return [
        OwnerRule(
            division=pack.file.division,
            category=Category(said.category),
            group=None if said.group is None else Group(said.group),
            department=Department(said.by),
        )
        for said in said_by
    ]
