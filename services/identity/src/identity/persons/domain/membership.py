"""A membership: one department says that a person belongs to a category from one day to another."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from identity.persons.domain.categories import GROUPS, Category, Department, Group, PovertyStatus
from kernel.values.refusals import Refused, conflict

Evidence = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The paper or list behind it")]


class EndReason(StrEnum):
    """Why a membership ends (004 五(一)2)."""

    DIED = "DIED"
    STOPPED = "STOPPED"  # 停止救助供养
    REMOVED = "REMOVED"  # 剔除出建档立卡
    CATEGORY_CHANGED = "CATEGORY_CHANGED"
    MOVED_AWAY = "MOVED_AWAY"


class CorrectionReason(StrEnum):
    """Why a membership is written anew; the older version stays in the history."""

    ENTERED_WRONGLY = "ENTERED_WRONGLY"
    STATUS_CHANGED = "STATUS_CHANGED"
    EVIDENCE_ADDED = "EVIDENCE_ADDED"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """What one department says. ``valid_to`` is the last day on which it holds; None while it goes on.

    ``group`` is given for LOW_INCOME, and for DIBAO where it is known; ``poverty_status``, with ``exit_date`` once
    lifted out of poverty, for REGISTERED_POOR only. ``evidence`` names the paper or list that it rests on.
    """

    membership_id: str
    department: Department
    category: Category
    valid_from: date
    evidence: str
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None
    #: When the department said so (statement.stated_at); a newer statement wins over an older one that comes later.
    stated: str = ""

    @property
    def feed(self) -> tuple[Department, Category]:
        """Whose it is and of what kind: on any day a person has at most one membership of each."""
        return self.department, self.category

    @property
    def judged_on(self) -> date:
        """The day on which what the department said is looked at: when it was said, while the membership holds."""
        said = date.fromisoformat(self.stated[:8]) if self.stated else self.valid_from
        return min(max(self.valid_from, said), self.valid_to or date.max)

    def overlaps(self, other: "Membership") -> bool:
        """Whether both hold on at least one day."""
        return self.valid_from <= (other.valid_to or date.max) and other.valid_from <= (self.valid_to or date.max)


def check_coherent(membership: Membership) -> None:
    """Refuse a membership whose parts do not fit each other."""
    if membership.valid_to is not None and membership.valid_to < membership.valid_from:
        raise dates_out_of_order("valid_to", membership.valid_to, "valid_from", membership.valid_from)
    _check_group(membership)
    if (membership.poverty_status is not None) != (membership.category is Category.REGISTERED_POOR):
        raise Refused("POVERTY_STATUS_MISPLACED", "REGISTERED_POOR needs a poverty status; no other category has one")
    _check_exit_date(membership)


def _check_group(membership: Membership) -> None:
    allowed = GROUPS.get(membership.category, frozenset())
    missing = membership.group is None and membership.category is Category.LOW_INCOME
    if missing or (membership.group is not None and membership.group not in allowed):
        detail = "LOW_INCOME needs one of its four groups; DIBAO may be RURAL or URBAN; no other category has one"
        raise Refused("GROUP_MISPLACED", detail)


def _check_exit_date(membership: Membership) -> None:
    if membership.poverty_status is PovertyStatus.LIFTED:
        if membership.exit_date is None:
            raise Refused("EXIT_DATE_MISSING", "LIFTED needs the exit date: two years of support count from it")
    elif membership.exit_date is not None:
        raise Refused("EXIT_DATE_MISPLACED", "only a person who is LIFTED has an exit date")


def check_no_overlap(membership: Membership, others: Iterable[Membership]) -> None:
    """Refuse a second membership of the same department and category on the same day."""
    for other in others:
        another = other.membership_id != membership.membership_id
        if another and other.feed == membership.feed and other.overlaps(membership):
            raise membership_overlaps(other.membership_id)


def membership_overlaps(other_id: str | None = None) -> Refused:
    """The refusal of an overlap, whether the domain or the database found it."""
    about = {} if other_id is None else {"membership_id": other_id}
    detail = "this department already says so for some of these days; end or correct that membership"
    return conflict("MEMBERSHIP_OVERLAPS", detail, **about)


def dates_out_of_order(later_name: str, later: date, earlier_name: str, earlier: date) -> Refused:
    """The refusal of two dates in the wrong order."""
    return Refused("DATES_OUT_OF_ORDER", f"{later_name} {later} is before {earlier_name} {earlier}")
