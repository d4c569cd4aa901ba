"""Whose changes need three people, where a document asks for that, and who may approve (004 七(四))."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from identity.persons.domain.categories import Department
from kernel.values.divisions import covers
from kernel.values.refusals import Refused, forbidden


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """A document that asks for something in a place, with the clause, from a day to the last one that is known."""

    division: str
    clause: str
    begins: date
    ends: date | None = None

    def holds(self, area: str, on: date) -> bool:
        """Whether it asks for it in all of an area on a day."""
        return covers(self.division, area) and self.begins <= on <= (self.ends or date.max)

    def touches(self, area: str, on: date) -> bool:
        """Whether it asks for it in some part of an area on a day."""
        return self.holds(area, on) or (covers(area, self.division) and self.begins <= on <= (self.ends or date.max))


class ApprovalRules(msgspec.Struct, frozen=True):
    """Whose changes need three people, and the named system administrators (系统管理员) of each county.

    ``departments`` need them everywhere; in the places of ``demanded`` everybody does, but for the machines of
    ``machine_feeds``: departments whose systems upload what was confirmed in them, approved beforehand (004 五(一)1,
    七(二)). Who signs with such a system's key is the machine; a clerk of the same department is a person. In a county
    without named administrators any user of the agency may approve. ``agency_enters`` are the places in which medical
    security enters what departments tell it (004 五(一)2).
    """

    departments: frozenset[Department] = frozenset()
    administrators: Mapping[str, frozenset[str]] = {}
    machine_feeds: frozenset[Department] = frozenset()
    demanded: tuple[Demand, ...] = ()
    agency_enters: tuple[Demand, ...] = ()

    def needs_approval(
        self, department: Department | None, areas: Sequence[str], on: date, *, by_machine: bool = False
    ) -> bool:
        """Whether three people handle what a department, or the agency, says of people of these areas.

        Without ``areas`` they may live anywhere. ``by_machine`` says that the department's own system signed it.
        """
        if department in self.departments:
            return True
        if by_machine and department in self.machine_feeds:
            return False
        return self.is_demanded(areas, on)

    def is_demanded(self, areas: Sequence[str], on: date) -> bool:
        """Whether a document asks for three people somewhere in these areas, whoever says it."""
        return any(demand.touches(area, on) for demand in self.demanded for area in areas or (demand.division,))

    def check_direct(self, department: Department | None, county: str, on: date) -> None:
        """Refuse a direct change that must be entered: ENTRY_REQUIRED."""
        if self.needs_approval(department, [county], on):
            raise entry_required(department or "the agency")

    def check_agency_enters(self, areas: Sequence[str], on: date) -> None:
        """Refuse the agency in the place of a department where no document says so: ENTRY_NOT_AGENCYS."""
        if not areas or not all(any(place.holds(area, on) for place in self.agency_enters) for area in areas):
            detail = "no document in force there says that medical security enters what departments tell it"
            raise forbidden("ENTRY_NOT_AGENCYS", detail)

    def check_administrator(self, county: str, user: str) -> None:
        """Refuse an approval by somebody who is not one of the county's named administrators."""
        named = self.administrators.get(county)
        if named is not None and user not in named:
            detail = f"entries of county {county} are approved by its named administrators only"
            raise forbidden("ENTRY_NOT_ADMINISTRATOR", detail, county=county)

    def check_administrator_of(self, areas: Sequence[str], user: str) -> None:
        """Refuse an approval by somebody who is no administrator of a county that a list may be about.

        Without ``areas`` it may be about all of them.
        """
        for county in sorted(self.administrators):
            if not areas or any(covers(area, county) for area in areas):
                self.check_administrator(county, user)


def entry_required(who: str) -> Refused:
    """The refusal of a change that takes effect when three people handled it."""
    detail = f"such changes of {who} take effect when three people handled them: POST them to /v1/entries"
    return forbidden("ENTRY_REQUIRED", detail, endpoint="/v1/entries")
