"""What departments say of memberships, whose single changes need three people, and who may approve (004 七(四))."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.membership import EndReason, Evidence, Membership
from identity.persons.domain.person import EndMembership
from kernel.values.divisions import covers
from kernel.values.refusals import forbidden


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """What a department says from now on. ``valid_to`` is the last day, absent while it goes on."""

    category: Category
    valid_from: date
    evidence: Evidence
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None

    def membership(self, membership_id: str, department: Department, stated: str = "") -> Membership:
        """The membership that this begins."""
        said = msgspec.structs.asdict(self)
        return Membership(membership_id=membership_id, department=department, stated=stated, **said)


class Ending(msgspec.Struct, frozen=True):
    """The last day on which a membership holds, and why it ends."""

    last_day: date
    reason: EndReason

    def command(self, membership_id: str, department: Department, stated: str) -> EndMembership:
        """The command to the person."""
        return EndMembership(department, membership_id, self.last_day, self.reason, stated)


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
            detail = f"changes of {department} take effect when three people handled them: POST them to /v1/entries"
            raise forbidden("ENTRY_REQUIRED", detail, endpoint="/v1/entries")

    def check_administrator(self, county: str, user: str) -> None:
        """Refuse an approval by somebody who is not one of the county's named administrators."""
        named = self.administrators.get(county)
        if named is not None and user not in named:
            detail = f"entries of county {county} are approved by its named administrators only"
            raise forbidden("ENTRY_NOT_ADMINISTRATOR", detail, county=county)

    def needs_approval(self, department: Department) -> bool:
        """Whether a department's files are entered, reviewed and approved by three people."""
        return department in self.departments

    def check_administrator_of(self, areas: Sequence[str], user: str) -> None:
        """Refuse an approval by somebody who is no administrator of a county that a list may be about.

        Without ``areas`` it may be about all of them.
        """
        for county in sorted(self.administrators):
            if not areas or any(covers(area, county) for area in areas):
                self.check_administrator(county, user)
