"""Who was seconded to a county's station from which department (000 一(一)3: 每个单位抽调1-2名工作人员)."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec


class Seconded(msgspec.Struct, frozen=True):
    """By county and user, the departments that the user speaks for."""

    named: Mapping[str, Mapping[str, frozenset[str]]] = {}

    def of(self, county: str, user: str) -> frozenset[str] | None:
        """The departments for which a user signs in a county; None where the county has named nobody."""
        users = self.named.get(county)
        return None if users is None else users.get(user, frozenset())


#: Every user of the agency signs for any department, one person for one only.
NOBODY_NAMED: Final = Seconded()


def seconded_of(named: Iterable[tuple[str, str, str]]) -> Seconded:
    """From triples of county, department and user."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for county, department, user in named:
        users = found.setdefault(county, {})
        users[user] = users.get(user, frozenset()) | {department}
    return Seconded(found)
