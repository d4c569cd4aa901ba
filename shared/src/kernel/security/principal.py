"""Who is calling: the roles of the platform and the caller that a verified token names."""

from enum import StrEnum
from typing import Final

import msgspec

from kernel.refusals import RefusalKind, Refused


class Role(StrEnum):
    """What a caller is to the platform. A token names at least one."""

    HOSPITAL = "hospital"
    DEPARTMENT = "department"
    AGENCY = "agency"
    FINANCE = "finance"
    OPERATIONS = "operations"


#: These roles act for one organisation only, so their tokens must name it.
ROLES_OF_ONE_ORGANISATION: Final = frozenset({Role.HOSPITAL, Role.DEPARTMENT})


class Principal(msgspec.Struct, frozen=True):
    """A verified caller. Holds no personal data, so it may be logged and stored with events.

    ``organisation`` is a hospital code or a department code; None for staff of the platform itself.
    """

    subject: str
    roles: frozenset[Role]
    organisation: str | None = None

    @property
    def scope(self) -> str:
        """The name space of this caller's idempotency keys: its organisation, or else itself.

        Two hospitals may both number their messages from 1; neither may meet the other's answers.
        """
        if self.organisation is not None and self.roles & ROLES_OF_ONE_ORGANISATION:
            return f"organisation:{self.organisation}"
        return f"subject:{self.subject}"

    def must_act_for(self, organisation: str) -> None:
        """Refuse a hospital or department that reaches for another one's things.

        Agency, finance and operations see every organisation. Raises Refused ORGANISATION_FOREIGN (403).
        """
        if self.roles - ROLES_OF_ONE_ORGANISATION or organisation == self.organisation:
            return
        raise Refused(
            "ORGANISATION_FOREIGN",
            f"this token acts for {self.organisation}, not for {organisation}: use a token of {organisation}",
            kind=RefusalKind.FORBIDDEN,
            about={"organisation": organisation},
        )
