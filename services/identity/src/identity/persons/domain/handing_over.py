"""Handing over: another department says a category now, and what the one before said becomes its word."""

import msgspec

from identity.persons.domain.categories import Category, Department
from identity.persons.domain.entitlement import Entitlement


class MembershipHandedOver(msgspec.Struct, frozen=True):
    """``former`` said it until now; the entitlement has it as the word of whoever says the category."""

    membership_id: str
    category: Category
    former: Department
    entitlement: Entitlement


def hand_over(person: Entitlement, membership_id: str, department: Department) -> MembershipHandedOver:
    """Make a membership the word of another department.

    Raises Refused MEMBERSHIP_OVERLAPS where that one has said the same days itself, PERSON_MERGED, PERSON_ANNULLED.
    """
    person.check_stands()
    held = person.membership(membership_id)
    after = person.with_membership(msgspec.structs.replace(held, department=department))
    return MembershipHandedOver(membership_id, held.category, held.department, after)
