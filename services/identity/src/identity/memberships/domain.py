"""What departments say of memberships: that one begins, and that one ends."""

from datetime import date

import msgspec

from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.membership import EndReason, Evidence, Membership
from identity.persons.domain.person import EndMembership


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
