"""Who is calling: the roles of the platform and the caller that a verified token names."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

import msgspec

from kernel.values.divisions import covers, prefix_of
from kernel.values.refusals import forbidden

_DIVISION: Final = re.compile("[0-9]{6}")
_TOWNSHIP: Final = re.compile("[0-9]{9}")


class Role(StrEnum):
    """What a caller is to the platform. A token names at least one."""

    HOSPITAL = "hospital"
    DEPARTMENT = "department"
    AGENCY = "agency"
    FINANCE = "finance"
    OPERATIONS = "operations"
    TOWNSHIP = "township"


#: These roles act for one organisation only, so their tokens must name it.
ROLES_OF_ONE_ORGANISATION: Final = frozenset({Role.HOSPITAL, Role.DEPARTMENT, Role.TOWNSHIP})
#: Whose roles concern whole counties or single hospitals: everybody but a township, which sees what is its own alone.
ROLES_BEYOND_A_TOWNSHIP: Final = frozenset(Role) - {Role.TOWNSHIP}


def division_fault(roles: Collection[Role], divisions: Collection[str]) -> str | None:
    """Why a token of these roles may not name these divisions; None when it may."""
    if Role.HOSPITAL in roles:
        return "a hospital treats people of every county: its token names no divisions"
    if Role.TOWNSHIP in roles:
        return "a township's division is its own code: its token names no others"
    if not divisions or not all(_DIVISION.fullmatch(division) for division in divisions):
        return "divisions are six-digit codes, at least one; leave the claim out for all"
    return None


def township_fault(roles: Collection[Role], organisation: str | None) -> str | None:
    """Why a token of these roles may not name this organisation; None when it may, or no township is among them."""
    if Role.TOWNSHIP not in roles:
        return None
    if len(roles) > 1:
        return "a township's token has no other role"
    if organisation is None or not _TOWNSHIP.fullmatch(organisation):
        return "a township's token names its nine-digit code as its organisation"
    return None


class Principal(msgspec.Struct, frozen=True):
    """A verified caller. Holds no personal data, so it may be logged and stored with events.

    ``organisation`` is a hospital's, department's or township's code; None for staff of the platform itself.
    ``divisions`` are the counties, cities or provinces whose people the caller works for; None for those who work
    for all, which is also how it stands for hospitals: they treat people of every county (docs/decisions/0020). A
    township's one division is itself, so what is its county's is not open to it. ``is_machine`` says that no token
    but the signature of a registered and confirmed key named the caller: no person clicked.
    """

    subject: str
    roles: frozenset[Role]
    organisation: str | None = None
    divisions: frozenset[str] | None = None
    is_machine: bool = False

    @property
    def scope(self) -> str:
        """The name space of this caller's idempotency keys: its organisation, or else itself.

        Two hospitals may both number their messages from 1; neither may meet the other's answers.
        """
        if self.organisation is not None and self.roles & ROLES_OF_ONE_ORGANISATION:
            # The same department of two counties is two offices, which number their messages apart.
            office = "" if self.divisions is None else "@" + ",".join(sorted(self.divisions))
            return f"organisation:{self.organisation}{office}"
        return f"subject:{self.subject}"

    @property
    def source(self) -> str:
        """Whom an event names as its source: the organisation, or the user where there is none."""
        return self.organisation or self.subject

    @property
    def own_hospital(self) -> str | None:
        """The hospital to whose things the caller is kept; None for whoever sees those of every hospital."""
        return self.organisation if Role.HOSPITAL in self.roles else None

    @property
    def own_township(self) -> str | None:
        """The nine-digit code of the township whose window the caller is; None for everybody else."""
        return self.organisation if Role.TOWNSHIP in self.roles else None

    def must_act_for(self, organisation: str) -> None:
        """Refuse a hospital or department that reaches for another one's things.

        Agency, finance and operations see every organisation; such a role beside it does not lift the bound of a
        hospital or department. Raises Refused ORGANISATION_FOREIGN (403).
        """
        if not self.roles & ROLES_OF_ONE_ORGANISATION or organisation == self.organisation:
            return
        detail = f"this token acts for {self.organisation}, not for {organisation}: use a token of {organisation}"
        raise forbidden("ORGANISATION_FOREIGN", detail, organisation=organisation)

    def acts_in(self, division: str) -> bool:
        """True when the caller works for the people of this county, city or province."""
        return self.divisions is None or any(covers(area, division) for area in self.divisions)

    def must_act_in(self, division: str) -> None:
        """Refuse staff that reaches for people or money of a division that is not theirs.

        A city's staff act in all its counties, a county's staff not in the city as a whole. Raises Refused
        DIVISION_FOREIGN (403).
        """
        if not self.acts_in(division):
            detail = f"this token is for {', '.join(sorted(self.divisions or ()))}, not for {division}"
            raise forbidden("DIVISION_FOREIGN", detail, division=division)

    @property
    def division_patterns(self) -> list[str]:
        """The codes of the caller's divisions for SQL's ``LIKE ANY``: 445200 is all of 4452; ``%`` is everywhere."""
        return ["%"] if self.divisions is None else [f"{prefix_of(area)}%" for area in sorted(self.divisions)]
