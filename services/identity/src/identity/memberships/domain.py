"""Approval: which departments' single changes need three people, and who may approve for a county (004 七(四))."""

from collections.abc import Mapping

import msgspec

from identity.persons.domain.categories import Department
from kernel.values.refusals import RefusalKind, Refused


class ApprovalRules(msgspec.Struct, frozen=True):
    """Which departments need approval, and the named system administrators (系统管理员) of each county.

    A department that is not named is a machine feed, approved beforehand. In a county without named administrators
    any user of the agency may approve.
    """

    departments: frozenset[Department] = frozenset()
    administrators: Mapping[str, frozenset[str]] = {}

    def check_pre_approved(self, department: Department) -> None:
        """Refuse a direct change by a department that must enter it: ENTRY_REQUIRED."""
        if department in self.departments:
            raise Refused(
                "ENTRY_REQUIRED",
                f"changes of {department} take effect when three people handled them: POST them to /v1/entries",
                kind=RefusalKind.FORBIDDEN,
                about={"endpoint": "/v1/entries"},
            )

    def check_administrator(self, county: str, user: str) -> None:
        """Refuse an approval by somebody who is not one of the county's named administrators."""
        named = self.administrators.get(county)
        if named is not None and user not in named:
            raise Refused(
                "ENTRY_NOT_ADMINISTRATOR",
                f"entries of county {county} are approved by its named administrators only",
                kind=RefusalKind.FORBIDDEN,
                about={"county": county},
            )
