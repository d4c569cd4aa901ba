"""Whose list says who belongs to a category: the platform's own rule, and what documents and places say otherwise."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from identity.persons.domain.categories import Category, Department, Group
from kernel.values.divisions import covers
from kernel.values.refusals import forbidden

#: Who says a category where no document in force says otherwise. POOR_DISABLED is the federation's by AMB-H6.
_BY_CATEGORY: Final[Mapping[Category, Department]] = MappingProxyType(
    {
        Category.TEKUN: Department.CIVIL_AFFAIRS,
        Category.ORPHAN: Department.CIVIL_AFFAIRS,
        Category.DIBAO: Department.CIVIL_AFFAIRS,
        Category.GUARANTEED_HOUSEHOLD: Department.CIVIL_AFFAIRS,
        Category.REGISTERED_POOR: Department.POVERTY_ALLEVIATION,
        Category.POOR_DISABLED: Department.DISABLED_PERSONS,
        Category.LOW_INCOME: Department.CIVIL_AFFAIRS,
        Category.OTHER_SPECIAL: Department.COUNTY_GOVERNMENT,
    }
)
#: Groups of LOW_INCOME that another department than the category's confirms.
_BY_GROUP: Final[Mapping[Group, Department]] = MappingProxyType({Group.SEVERE_DISABLED: Department.DISABLED_PERSONS})


class OwnerRule(msgspec.Struct, frozen=True, kw_only=True):
    """In a division a category, or a group of it, is said by this department."""

    division: str
    category: Category
    department: Department
    group: Group | None = None


class Owners(msgspec.Struct, frozen=True):
    """Whose list says who belongs to a category, on one day; of several rules that fit the later one counts.

    The rule of a county stands behind that of its city, and that behind its province's.
    """

    rules: tuple[OwnerRule, ...] = ()

    def owner(self, category: Category, group: Group | None, county: str) -> Department:
        """The one department that says this category, or this group of it, of people of a county."""
        if group is not None and (said := self._ruled(category, group, county) or _BY_GROUP.get(group)):
            return said
        return self._ruled(category, None, county) or _BY_CATEGORY[category]

    def check(self, department: Department, category: Category, group: Group | None, county: str) -> None:
        """Raise Refused CATEGORY_NOT_OWNED where another department says the category there."""
        owner = self.owner(category, group, county)
        if department is not owner:
            raise not_owned(department, category, group, owner)

    def check_somewhere(self, department: Department, category: Category, within: Sequence[str]) -> None:
        """Raise Refused CATEGORY_NOT_OWNED where the department says the category in no place of these divisions.

        Without divisions it may be any place.
        """
        ruled = [rule for rule in self.rules if rule.category is category and rule.group is None]
        owners = {self._ruled(category, None, area) or _BY_CATEGORY[category] for area in within or ("",)}
        owners |= {
            rule.department for rule in ruled if not within or any(covers(area, rule.division) for area in within)
        }
        if department not in owners:
            raise not_owned(department, category, None, min(owners))

    def _ruled(self, category: Category, group: Group | None, county: str) -> Department | None:
        found = [
            rule.department
            for rule in self.rules
            if (rule.category, rule.group) == (category, group) and covers(rule.division, county)
        ]
        return found[-1] if found else None


#: What stands where no document says otherwise.
PLATFORM_OWNERS: Final = Owners()


def not_owned(department: Department, category: Category, group: Group | None, owner: Department) -> Exception:
    """The refusal of a category that another department says."""
    named = category if group is None else f"{category}/{group}"
    detail = f"{named} belongs to {owner}; {department} cannot write it"
    return forbidden("CATEGORY_NOT_OWNED", detail, category=category, owner=owner)
